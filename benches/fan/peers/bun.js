// Bun's own WebSocket server, which is built on uWebSockets: usage: bun bun.js PORT.
// A WebSocket at /fan subscribes; what a WebSocket at /publish sends is broadcast.

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: Number(process.argv[2]),
  fetch(request, server) {
    const publishes = new URL(request.url).pathname === "/publish";
    return server.upgrade(request, { data: { publishes } }) ? undefined : new Response("a WebSocket is needed", { status: 400 });
  },
  websocket: {
    open(socket) {
      if (!socket.data.publishes) socket.subscribe("fan");
    },
    message(socket, message) {
      if (socket.data.publishes) server.publish("fan", message);
    },
  },
});
