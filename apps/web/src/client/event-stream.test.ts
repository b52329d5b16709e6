import { EventStreamReader } from './event-stream.js';

const text = 'retry: 500\n\nid: 7\ndata: {"a":1}\n\n: heartbeat\n\nevent: other\ndata: one\ndata: two\r\n\r\n';
const expected = [
  { event: 'message', data: '{"a":1}' },
  { event: 'other', data: 'one\ntwo' },
];

describe('reading server-sent events', () => {
  it('reads whole events, and no event from comments or fields without data', () => {
    expect(new EventStreamReader().read(text)).toEqual(expected);
  });

  it('reads the same wherever the text is cut', () => {
    for (let cut = 1; cut < text.length; cut += 1) {
      const reader = new EventStreamReader();
      expect([...reader.read(text.slice(0, cut)), ...reader.read(text.slice(cut))]).toEqual(expected);
    }
  });

  it('keeps an unfinished event to itself', () => {
    expect(new EventStreamReader().read('data: half')).toEqual([]);
  });
});
