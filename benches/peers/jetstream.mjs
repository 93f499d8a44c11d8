// Has the JetStream of a NATS server keep all rooms: node jetstream.mjs PORT. What is said to `say.ROOM` comes out at
// `room.ROOM` once it is stored.
import WebSocket from 'ws';

const STREAM = {
  name: 'CHAT',
  subjects: ['say.>'],
  storage: 'file',
  republish: { src: 'say.>', dest: 'room.>' },
};

const socket = new WebSocket(`ws://127.0.0.1:${process.argv[2]}`);
const config = JSON.stringify(STREAM);
let heard = '';
socket.on('open', () => {
  const make = `PUB $JS.API.STREAM.CREATE.CHAT made ${Buffer.byteLength(config)}\r\n${config}\r\n`;
  socket.send(Buffer.from(`CONNECT {"verbose":false,"pedantic":false}\r\nSUB made 1\r\n${make}`));
});
socket.on('message', (data) => {
  heard += data;
  if (!heard.includes('MSG made')) return;
  if (heard.includes('"error"')) {
    console.error(heard);
    process.exitCode = 1;
  }
  socket.close();
});
