// A chat with what Bun has for it: one subscription for each room, and a message to everyone by one call of native
// code. Nothing is kept.
const server = Bun.serve({
  hostname: '127.0.0.1',
  port: Number(process.argv[2] ?? 0),
  fetch(request, server) {
    if (server.upgrade(request, { data: { room: '', name: '' } })) return undefined;
    return new Response('WebSockets only', { status: 426 });
  },
  websocket: {
    message(socket, text) {
      const frame = JSON.parse(text);
      if (frame.type === 'join') {
        Object.assign(socket.data, { room: frame.room, name: frame.name });
        socket.subscribe(frame.room);
        socket.send(JSON.stringify({ type: 'joined', room: frame.room }));
      } else if (frame.type === 'message') {
        const { room, name } = socket.data;
        server.publish(room, JSON.stringify({ type: 'message', name, room, body: frame.body }));
      }
    },
  },
});
console.log(server.port);
