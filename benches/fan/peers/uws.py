"""uWebSockets, through the C interface that the package `socketify` carries: usage: uws.py PORT.

A WebSocket at /fan subscribes; what a WebSocket at /publish sends is broadcast. Python only starts it, subscribes whoever
comes, and passes a message on to uWebSockets' own publish, which does the rest.
"""

import sys

from socketify.native import ffi, lib

PLAIN = 0
TOPIC = b"fan"


@ffi.callback("void(uws_websocket_t *, void *)")
def subscribe(socket, _):
    lib.uws_ws_subscribe(PLAIN, socket, TOPIC, len(TOPIC))


@ffi.callback("void(uws_websocket_t *, const char *, size_t, uws_opcode_t, void *)")
def publish(_, message, length, opcode, __):
    lib.uws_publish(PLAIN, app, TOPIC, len(TOPIC), message, length, opcode, False)


def behavior():
    behavior = ffi.new("uws_socket_behavior_t *")
    behavior.compression = lib.DISABLED
    behavior.maxPayloadLength = 16 * 1024
    behavior.idleTimeout = 120
    behavior.maxBackpressure = 1024 * 1024
    behavior.sendPingsAutomatically = True
    return behavior


subscribers, publishers = behavior(), behavior()
subscribers.open = subscribe
publishers.message = publish

app = lib.uws_create_app(PLAIN, ffi.new("struct us_socket_context_options_t *")[0])
lib.uws_ws(PLAIN, app, b"/fan", subscribers[0], ffi.NULL)
lib.uws_ws(PLAIN, app, b"/publish", publishers[0], ffi.NULL)


@ffi.callback("void(struct us_listen_socket_t *, uws_app_listen_config_t, void *)")
def listening(socket, _, __):
    if socket == ffi.NULL:
        sys.exit("it can't listen")


config = ffi.new("uws_app_listen_config_t *")
host = ffi.new("char[]", b"127.0.0.1")
config.port, config.host = int(sys.argv[1]), host
lib.uws_app_listen_with_config(PLAIN, app, config[0], listening, ffi.NULL)
lib.uws_app_run(PLAIN, app)
