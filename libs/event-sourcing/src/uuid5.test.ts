import { EVENT_NAMESPACE, eventId, uuid5 } from './uuid5.js';

describe('UUIDv5', () => {
  it('is that of RFC 9562, appendix A.4', () => {
    const dns = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';
    expect(uuid5(dns, 'www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
  });

  it('of an event is that of its stream, cause and index', () => {
    expect(eventId('account-a', 'cycle:s:1', 2)).toBe(uuid5(EVENT_NAMESPACE, 'account-a\ncycle:s:1\n2'));
    const ids = [eventId('a', 'b', 0), eventId('a', 'b', 1), eventId('a', 'c', 0), eventId('b', 'b', 0)];
    expect(new Set(ids).size).toBe(4);
  });

  it('takes names of any length and script, and always has version and variant', () => {
    for (let length = 1; length < 6000; length += 97) {
      const name = 'é漢'.repeat(length);
      expect(uuid5(EVENT_NAMESPACE, name)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(uuid5(EVENT_NAMESPACE, name)).not.toBe(uuid5(EVENT_NAMESPACE, `${name}x`));
    }
  });
});
