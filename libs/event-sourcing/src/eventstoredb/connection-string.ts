/** What a connection string may say; the client warns about anything else by printing the string with its password. */
const OPTIONS = [
  'tls',
  'tlsCAFile',
  'userCertFile',
  'userKeyFile',
  'nodePreference',
  'maxDiscoverAttempts',
  'discoveryInterval',
  'gossipTimeout',
  'keepAliveInterval',
  'keepAliveTimeout',
  'connectionName',
  'defaultDeadline',
] as const;

/** The successor of EventStoreDB has other names for the same two forms; this client knows the first ones only. */
const SCHEMES: { readonly [scheme: string]: string } = {
  esdb: 'esdb',
  'esdb+discover': 'esdb+discover',
  kurrentdb: 'esdb',
  'kurrentdb+discover': 'esdb+discover',
  kurrent: 'esdb',
  'kurrent+discover': 'esdb+discover',
  kdb: 'esdb',
  'kdb+discover': 'esdb+discover',
};

const FORM = /^(?<scheme>[^:/]+):\/\/(?:(?<credentials>[^@/?]+)@)?(?<hosts>[^@/?]+)\/?(?:\?(?<options>.*))?$/;

/** The connection string cannot be used. Its message never holds the password. */
export class ConnectionStringError extends Error {
  override readonly name = 'ConnectionStringError';
  constructor(problem: string) {
    super(`EVENT_STORE_URL ${problem}`);
  }
}

/**
 * The connection string as the client knows it: `esdb://[user:password@]host[:port][,host…][?option=value&…]`, with `+discover` for a
 * cluster behind one name, and the same with `kurrentdb`. Throws ConnectionStringError for what cannot work and for what must
 * not be: without TLS only in the sandbox, since passwords and customers' data would cross the network readable.
 */
export function connectionString(url: string, sandbox: boolean): string {
  const groups = FORM.exec(url.trim())?.groups;
  const scheme = groups && SCHEMES[(groups['scheme'] ?? '').toLowerCase()];
  if (!groups || scheme === undefined)
    throw new ConnectionStringError('must look like esdb://user:password@host:2113?tls=true, esdb+discover://… or kurrentdb://…');
  const { credentials, hosts = '', options } = groups;
  if (credentials !== undefined && !/^[^:]+:[^:]+$/.test(credentials))
    throw new ConnectionStringError('must name its user as user:password, with special characters percent-encoded');
  for (const host of hosts.split(',')) {
    if (!/^[^:\s]+(:\d{1,5})?$/.test(host)) throw new ConnectionStringError(`names a host that is none: "${host}"`);
  }
  const pairs = options === undefined || options === '' ? [] : options.split('&').map((pair) => option(pair));
  if (!sandbox && pairs.some(([name, value]) => name === 'tls' && value === 'false'))
    throw new ConnectionStringError(
      'says tls=false, which is for the sandbox only (SANDBOX=true): everything would cross the network readable',
    );
  const query = pairs.map(([name, value]) => `${name}=${value}`).join('&');
  return `${scheme}://${credentials === undefined ? '' : `${credentials}@`}${hosts}${query === '' ? '' : `?${query}`}`;
}

function option(pair: string): readonly [string, string] {
  const [key = '', value = '', ...rest] = pair.split('=');
  const name = OPTIONS.find((known) => flat(known) === flat(key));
  if (name === undefined) throw new ConnectionStringError(`has an option "${key}", which is not one of ${OPTIONS.join(', ')}`);
  if (value === '' || rest.length > 0) throw new ConnectionStringError(`must give its option ${name} one value`);
  if (name === 'tls' && value !== 'true' && value !== 'false') throw new ConnectionStringError('must say tls=true or tls=false');
  return [name, value];
}

/** The client takes option names in any case, with or without dashes. */
function flat(name: string): string {
  return name.trim().toLowerCase().replace(/[_-]/g, '');
}
