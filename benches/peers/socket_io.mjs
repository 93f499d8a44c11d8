// A chat with Socket.IO as it comes: its rooms, its heartbeat, and its acknowledgement to whoever sends. Nothing is
// kept.
import { createServer } from 'node:http';
import { Server } from 'socket.io';

const http = createServer();
const io = new Server(http);

io.on('connection', (socket) => {
  socket.on('join', ({ room, name }, done) => {
    socket.data = { room, name };
    socket.join(room);
    done();
  });
  socket.on('message', (body, done) => {
    const { room, name } = socket.data;
    io.to(room).emit('message', { name, room, body });
    done();
  });
});

http.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => console.log(http.address().port));
