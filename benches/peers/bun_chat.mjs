// What the chats on Bun share: one subscription for each room, and a message to everyone by one call of native code.

/** `frameOf(room, name, body)` gives what goes to everyone when somebody says something. */
export function serve(frameOf) {
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
          server.publish(room, JSON.stringify(frameOf(room, name, frame.body)));
        }
      },
    },
  });
  console.log(server.port);
}
