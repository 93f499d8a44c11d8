// The chat server that articles about WebSockets build, with all they tell about: rooms and a count of who is in them,
// a heartbeat, and messages that are sent again to whoever does not ack them. Nothing is kept.
import { WebSocketServer } from 'ws';

const SILENT_MAX_MS = 30_000;
const CHECK_EVERY_MS = 5_000;

const rooms = new Map();
let messages = 0;

const server = new WebSocketServer({ host: '127.0.0.1', port: Number(process.argv[2] ?? 0) });
server.on('listening', () => console.log(server.address().port));

server.on('connection', (socket) => {
  const person = { socket, name: '', room: '', heardAt: Date.now(), unacked: new Map() };
  socket.on('message', (data) => {
    person.heardAt = Date.now();
    hear(person, JSON.parse(data));
  });
  socket.on('close', () => leave(person));
});

function hear(person, frame) {
  switch (frame.type) {
    case 'join':
      join(person, frame);
      break;
    case 'message':
      tell(person.room, { type: 'message', id: ++messages, name: person.name, room: person.room, body: frame.body });
      break;
    case 'ack':
      person.unacked.delete(frame.id);
      break;
    case 'ping':
      person.socket.send('{"type":"pong"}');
      break;
  }
}

function join(person, { room, name }) {
  leave(person);
  Object.assign(person, { room, name });
  if (!rooms.has(room)) rooms.set(room, new Set());
  rooms.get(room).add(person);
  person.socket.send(JSON.stringify({ type: 'joined', room }));
  tellCount(room);
}

function leave(person) {
  const { room } = person;
  if (!rooms.get(room)?.delete(person)) return;
  if (rooms.get(room).size === 0) rooms.delete(room);
  else tellCount(room);
}

function tellCount(room) {
  const text = JSON.stringify({ type: 'online', room, count: rooms.get(room).size });
  for (const { socket } of rooms.get(room)) socket.send(text);
}

function tell(room, message) {
  const text = JSON.stringify(message);
  const at = Date.now();
  for (const person of rooms.get(room) ?? []) {
    person.unacked.set(message.id, { text, at });
    person.socket.send(text);
  }
}

setInterval(() => {
  const now = Date.now();
  for (const room of rooms.values()) {
    for (const person of room) check(person, now);
  }
}, CHECK_EVERY_MS);

function check(person, now) {
  if (now - person.heardAt > SILENT_MAX_MS) return person.socket.terminate();
  for (const sent of person.unacked.values()) {
    if (now - sent.at < CHECK_EVERY_MS) continue;
    sent.at = now;
    person.socket.send(sent.text);
  }
}
