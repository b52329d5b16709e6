import Decoder from 'kafkajs/src/protocol/decoder.js';
import { readHeadersInOnePass } from './record.headers.js';

interface Read {
  readonly key: string;
  readonly value: Buffer | null;
}

/** What the driver does with the headers of a record. */
function read(headers: readonly Read[]): object {
  readHeadersInOnePass();
  const count = Buffer.from([...varint(headers.length)]);
  let next = 0;
  const array = new Decoder(count).readVarIntArray(() => headers[next++] as Read);
  return array.reduce((all, { key, value }) => ({ ...all, [key]: value }), {});
}

function* varint(value: number): Generator<number> {
  let left = value * 2;
  for (; left > 0x7f; left = Math.floor(left / 0x80)) yield (left & 0x7f) | 0x80;
  yield left;
}

describe('the headers of a record', () => {
  it('are read with their repetitions in order, whatever their names', () => {
    const value = (text: string): Buffer => Buffer.from(text);
    const found = read([
      { key: 'a', value: value('1') },
      { key: '__proto__', value: value('p') },
      { key: 'a', value: value('2') },
      { key: 'constructor', value: value('c') },
      { key: 'a', value: null },
    ]);
    expect(Object.entries(found)).toEqual([
      ['a', [value('1'), value('2'), null]],
      ['__proto__', value('p')],
      ['constructor', value('c')],
    ]);
    expect(read([])).toEqual({});
  });

  it('are read at once also where they are very many', () => {
    const began = performance.now();
    const many = read(Array.from({ length: 100_000 }, (_, n) => ({ key: `header-${n}`, value: null })));
    expect(Object.keys(many)).toHaveLength(100_000);
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});
