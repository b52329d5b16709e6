import { variables } from './environment.js';
import { InvalidSettingsError, readSettings } from './settings.js';

describe('the settings', () => {
  it('have a default for everything, so that a bare machine needs nothing', () => {
    expect(readSettings({})).toEqual({
      port: 3000,
      host: '127.0.0.1',
      publicUrl: undefined,
      worker: { serviceUrl: undefined, apiKey: undefined, id: undefined },
      urlSigningKey: undefined,
      dataDir: './data',
      engines: 'embedded',
      kafka: undefined,
      servers: undefined,
      filesUrl: undefined,
      plansFile: undefined,
      supportContact: 'support@video-credits.example',
      staffApiKey: undefined,
      frameAncestors: "'self'",
      jwt: undefined,
      sandbox: false,
      logLevel: 'info',
      grantMax: 1000,
      goodwillForFailedRender: true,
      renderLeaseMs: 300_000,
      renderAttempts: 3,
      lowCredits: 1,
      renderWorkers: 1,
    });
  });

  it('take what is set, and leave foreign variables alone', () => {
    const settings = readSettings({
      PORT: '0',
      PUBLIC_URL: 'https://credits.example.com/',
      SANDBOX: 'true',
      RENDER_LEASE: 'PT1H30M',
      GOODWILL_FOR_FAILED_RENDER: 'false',
      RENDER_WORKERS: '0',
      PATH: '\0',
      HOST: '',
    });
    expect(settings).toMatchObject({
      port: 0,
      publicUrl: 'https://credits.example.com',
      sandbox: true,
      renderLeaseMs: 5_400_000,
      goodwillForFailedRender: false,
      renderWorkers: 0,
      host: '127.0.0.1',
    });
  });

  it.each([
    ['PORT', '65536', 'a whole number from 0 to 65535'],
    ['PORT', '80a', 'a whole number from 0 to 65535'],
    ['PORT', '1e3', 'a whole number from 0 to 65535'],
    ['HOST', 'http://x', 'a host name'],
    ['PUBLIC_URL', 'credits.example.com', 'an address like https'],
    ['PUBLIC_URL', ' https://credits.example.com', 'an address like https'],
    ['PUBLIC_URL', 'https://somebody:secret@credits.example.com', 'an address like https'],
    ['PUBLIC_URL', 'https://credits.example.com/?a=b', 'an address like https'],
    ['PUBLIC_URL', 'https://credits.example.com/#a', 'an address like https'],
    ['URL_SIGNING_KEY', 'two words', '1 to 1000'],
    ['ENGINES', 'postgres', 'embedded, servers'],
    ['EVENT_STORE_URL', 'http://x', 'esdb://'],
    ['KAFKA_BROKERS', 'kafka', 'host:9092'],
    ['KAFKA_SSL', 'yes', 'true, false'],
    ['KAFKA_SASL_MECHANISM', 'gssapi', 'plain'],
    ['DATABASE_URL', 'mysql://x', 'postgres://'],
    ['FILES_URL', 'https://bucket', 's3://'],
    ['STAFF_API_KEY', 'two words', '1 to 200'],
    ['JWT_JWKS_URL', 'ftp://x', 'https'],
    ['JWT_JWKS_URL', 'https://somebody:secret@id.example/jwks', 'https'],
    ['JWT_ACCOUNT_CLAIM', 'a b', '1 to 200'],
    ['FRAME_ANCESTORS', 'self; script-src *', 'self, none, or origins'],
    ['FRAME_ANCESTORS', 'none https://a.example', 'self, none, or origins'],
    ['FRAME_ANCESTORS', 'https://a.example/path', 'self, none, or origins'],
    ['FRAME_ANCESTORS', 'https://a.example:65536', 'self, none, or origins'],
    ['FRAME_ANCESTORS', 'self\nset-cookie: a=b', 'self, none, or origins'],
    ['SANDBOX', '1', 'true, false'],
    ['LOG_LEVEL', 'loud', 'fatal, error'],
    ['GRANT_MAX', '0', 'from 1'],
    ['GOODWILL_FOR_FAILED_RENDER', 'on', 'true, false'],
    ['RENDER_LEASE', '5m', 'PT5M'],
    ['RENDER_LEASE', 'P', 'PT5M'],
    ['RENDER_LEASE', 'PT', 'PT5M'],
    ['RENDER_LEASE', 'PT0S', 'PT1S'],
    ['RENDER_ATTEMPTS', '0', 'from 1'],
    ['LOW_CREDITS', '-1', 'from 0'],
    ['RENDER_WORKERS', '1.5', 'from 0'],
    ['SERVICE_URL', 'credits:3000', 'an address like https'],
    ['SERVICE_URL', 'https://credits.example.com?a=b', 'an address like https'],
    ['RENDER_API_KEY', 'two words', '1 to 1000'],
    ['WORKER_ID', 'a worker', '1 to 128'],
  ])('refuse %s=%s, naming the variable and what it may be', (name, value, words) => {
    expect(variables).toContain(name);
    expect(() => readSettings({ [name]: value })).toThrow(InvalidSettingsError);
    expect(() => readSettings({ [name]: value })).toThrow(new RegExp(`^${name} must be .*${words.replace(/[/]/g, '\\/')}`));
  });

  const servers = {
    ENGINES: 'servers',
    EVENT_STORE_URL: 'esdb://db:2113?tls=true',
    KAFKA_BROKERS: 'one:9092,two:9092',
    DATABASE_URL: 'postgres://db/credits',
    FILES_URL: 's3://bucket/prefix',
    PUBLIC_URL: 'https://credits.example.com',
    STAFF_API_KEY: 'a-staff-key-that-is-long-enough',
    URL_SIGNING_KEY: 'a-signing-key-that-is-long-enough',
  };

  it('take the servers column with everything that it needs', () => {
    expect(readSettings({ ...servers, KAFKA_SSL: 'true' }).servers).toEqual({
      eventStoreUrl: 'esdb://db:2113?tls=true',
      kafka: { brokers: ['one:9092', 'two:9092'], ssl: true, sasl: undefined },
      databaseUrl: 'postgres://db/credits',
      filesUrl: 's3://bucket/prefix',
    });
    const sasl = { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'u', KAFKA_SASL_PASSWORD: 'p' };
    expect(readSettings({ ...servers, ...sasl }).servers?.kafka.sasl).toEqual({ mechanism: 'plain', username: 'u', password: 'p' });
  });

  it.each(Object.keys(servers).filter((name) => name !== 'ENGINES'))('refuse the servers column without %s', (name) => {
    expect(() => readSettings({ ...servers, [name]: '' })).toThrow(`${name} must be set where ENGINES is servers`);
  });

  it('refuse the servers column with half of a login, and with files in a folder', () => {
    expect(() => readSettings({ ...servers, KAFKA_SASL_USERNAME: 'u' })).toThrow(/must be set together/);
    expect(() => readSettings({ ...servers, FILES_URL: 'file:./files' })).toThrow(/FILES_URL must be an address like s3/);
  });

  const jwt = { JWT_ISSUER: 'https://id.example', JWT_AUDIENCE: 'credits', JWT_JWKS_URL: 'https://id.example/jwks' };

  it('take an issuer of customer tokens whole or not at all', () => {
    const taken = { issuer: 'https://id.example', audience: 'credits', jwksUrl: 'https://id.example/jwks', accountClaim: 'sub' };
    expect(readSettings(jwt).jwt).toEqual(taken);
    const claim = 'https://id.example/account';
    expect(readSettings({ ...jwt, JWT_ACCOUNT_CLAIM: claim }).jwt).toEqual({ ...taken, accountClaim: claim });
    for (const name of Object.keys(jwt)) expect(() => readSettings({ ...jwt, [name]: '' })).toThrow(/JWT_ISSUER.*must be set together/);
    expect(() => readSettings({ JWT_ACCOUNT_CLAIM: 'account' })).toThrow(/JWT_ACCOUNT_CLAIM needs JWT_ISSUER/);
  });

  it('take keys over an open line from this machine, or in the sandbox, only', () => {
    const open = { ...jwt, JWT_JWKS_URL: 'http://id.example/jwks' };
    expect(() => readSettings(open)).toThrow(/JWT_JWKS_URL must be an https address/);
    expect(readSettings({ ...open, SANDBOX: 'true' }).jwt?.jwksUrl).toBe('http://id.example/jwks');
    expect(readSettings({ ...jwt, JWT_JWKS_URL: 'http://127.0.0.1:9/jwks' }).jwt?.jwksUrl).toBe('http://127.0.0.1:9/jwks');
  });

  it('name every variable that is wrong at once', () => {
    expect(() => readSettings({ PORT: 'x', SANDBOX: 'x' })).toThrow(/PORT must be .*\nSANDBOX must be /);
  });
});
