// The package `ws` on Node: usage: node ws.cjs PORT, with NODE_PATH where the package is.
// A WebSocket at /fan subscribes; what a WebSocket at /publish sends is broadcast.

const { WebSocketServer } = require("ws");

const subscribers = new Set();

new WebSocketServer({ host: "127.0.0.1", port: Number(process.argv[2]), perMessageDeflate: false, backlog: 4096 }).on(
  "connection",
  (socket, request) => {
    if (request.url !== "/publish") {
      subscribers.add(socket);
      socket.on("close", () => subscribers.delete(socket));
      return;
    }
    socket.on("message", (message) => {
      for (const subscriber of subscribers) subscriber.send(message, { binary: false });
    });
  },
);
