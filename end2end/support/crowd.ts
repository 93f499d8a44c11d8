import type { Person } from './person.ts';

/** Every person may say so much at once. */
const BURST = 20;

/**
 * Many people say something in a room at once, more than any one of them is allowed to: `no. 1.` to `no. count.`, in
 * whatever order. Then they are gone. They are sockets in the page of `host`, who has nothing else opened.
 */
export async function crowdTalks(host: Person, room: string, count: number): Promise<void> {
  await host.opens('/');
  const talk = ({ room, count, burst }: { room: string; count: number; burst: number }) => {
    const say = (first: number, last: number) =>
      new Promise<void>((done, failed) => {
        const socket = new WebSocket(`ws://${location.host}/ws`, 'parlor.v1');
        const send = (frame: object) => socket.send(JSON.stringify(frame));
        const next = (n: number) =>
          n > last ? socket.close() : send({ type: 'send', room, id: `crowd-${n}`, body: `no. ${n}.` });
        let n = first;
        socket.onopen = () => send({ type: 'hello', name: `No. ${Math.ceil(last / burst)} of ${crowd}` });
        socket.onclose = () => (n > last ? done() : failed(new Error(`closed before no. ${n}`)));
        socket.onmessage = ({ data }) => {
          const frame = JSON.parse(data);
          if (frame.type === 'welcome') send({ type: 'join', room });
          if (frame.type === 'joined') next(n);
          if (frame.type === 'accepted') next(++n);
          if (frame.type === 'error') failed(new Error(data));
        };
      });
    // Whoever was here before keeps their name.
    const crowd = Math.random().toString(36).slice(2);
    const speakers = Array.from({ length: Math.ceil(count / burst) }, (_, n) => n * burst);
    return Promise.all(speakers.map((said) => say(said + 1, Math.min(said + burst, count))));
  };
  await host.page.evaluate(talk, { room, count, burst: BURST });
}

/** So many people join a room, one after the other, and are gone. */
export async function crowdJoins(host: Person, room: string, count: number): Promise<void> {
  await host.opens('/');
  const join = async ({ room, count }: { room: string; count: number }) => {
    const come = (n: number) =>
      new Promise<void>((done, failed) => {
        const socket = new WebSocket(`ws://${location.host}/ws`, 'parlor.v1');
        socket.onopen = () => socket.send(JSON.stringify({ type: 'hello', name: `No. ${n}` }));
        socket.onmessage = ({ data }) => {
          const frame = JSON.parse(data);
          if (frame.type === 'welcome') socket.send(JSON.stringify({ type: 'join', room }));
          if (frame.type === 'joined') socket.close();
          if (frame.type === 'error') failed(new Error(data));
        };
        socket.onclose = () => done();
      });
    for (let n = 1; n <= count; n++) await come(n);
  };
  await host.page.evaluate(join, { room, count });
}
