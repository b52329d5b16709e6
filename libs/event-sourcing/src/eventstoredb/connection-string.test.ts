import { connectionString } from './connection-string.js';

describe('the connection string of the event store', () => {
  it.each([
    ['esdb://localhost', 'esdb://localhost'],
    ['esdb://localhost:2113/', 'esdb://localhost:2113'],
    ['esdb://admin:changeit@a:2113,b:2113,c:2113?tls=true', 'esdb://admin:changeit@a:2113,b:2113,c:2113?tls=true'],
    ['esdb+discover://cluster.example:2113?nodePreference=leader', 'esdb+discover://cluster.example:2113?nodePreference=leader'],
    ['kurrentdb://user:p%40ss@host?tls-ca-file=%2Fca.pem', 'esdb://user:p%40ss@host?tlsCAFile=%2Fca.pem'],
    ['kurrentdb+discover://host?TLS=true&keepAliveInterval=10000', 'esdb+discover://host?tls=true&keepAliveInterval=10000'],
    [' kdb://host ', 'esdb://host'],
  ])('%s is given to the client as %s', (url, given) => {
    expect(connectionString(url, false)).toBe(given);
  });

  it('goes without TLS in the sandbox only', () => {
    expect(connectionString('esdb://localhost:2113?tls=false', true)).toBe('esdb://localhost:2113?tls=false');
    expect(() => connectionString('esdb://localhost:2113?tls=false', false)).toThrow(/EVENT_STORE_URL says tls=false.*sandbox only/);
    expect(() => connectionString('kurrentdb://localhost?Tls=false', false)).toThrow(/EVENT_STORE_URL says tls=false/);
  });

  it.each([
    'localhost:2113',
    'http://localhost:2113',
    'esdb://',
    'esdb://a b',
    'esdb://host:port',
    'esdb://admin@host',
    'esdb://admin:se@cret@host',
    'esdb://admin:secret@host?tls=maybe',
    'esdb://admin:secret@host?tls',
    'esdb://admin:secret@host?tlsVerifyCert=false',
    'esdb://admin:secret@host?throwOnAppendFailure=false',
    'esdb://admin:secret@host?unheard=of',
  ])('%s is refused by the name of the variable, without telling the password', (url) => {
    expect(() => connectionString(url, true)).toThrow(/^EVENT_STORE_URL/);
    expect(() => connectionString(url, true)).not.toThrow(/secret/);
  });
});
