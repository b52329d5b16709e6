import { variables } from './environment.js';
import { InvalidSettingsError, readSettings } from './settings.js';

describe('the settings', () => {
  it('have a default for everything, so that a bare machine needs nothing', () => {
    expect(readSettings({})).toEqual({
      port: 3000,
      host: '127.0.0.1',
      publicUrl: undefined,
      urlSigningKey: undefined,
      dataDir: './data',
      engines: 'embedded',
      filesUrl: undefined,
      plansFile: undefined,
      supportContact: 'support@video-credits.example',
      staffApiKey: undefined,
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
    ['URL_SIGNING_KEY', 'two words', '1 to 1000'],
    ['ENGINES', 'servers', 'not built yet: this version runs embedded'],
    ['ENGINES', 'postgres', 'embedded'],
    ['EVENT_STORE_URL', 'http://x', 'esdb://'],
    ['KAFKA_BROKERS', 'kafka', 'host:9092'],
    ['KAFKA_SSL', 'yes', 'true, false'],
    ['KAFKA_SASL_MECHANISM', 'gssapi', 'plain'],
    ['DATABASE_URL', 'mysql://x', 'postgres://'],
    ['FILES_URL', 's3://bucket', 'not built yet'],
    ['STAFF_API_KEY', 'two words', '1 to 200'],
    ['JWT_JWKS_URL', 'ftp://x', 'https'],
    ['JWT_ACCOUNT_CLAIM', 'a b', '1 to 128'],
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
  ])('refuse %s=%s, naming the variable and what it may be', (name, value, words) => {
    expect(variables).toContain(name);
    expect(() => readSettings({ [name]: value })).toThrow(InvalidSettingsError);
    expect(() => readSettings({ [name]: value })).toThrow(new RegExp(`^${name} must be .*${words.replace(/[/]/g, '\\/')}`));
  });

  it('name every variable that is wrong at once', () => {
    expect(() => readSettings({ PORT: 'x', SANDBOX: 'x' })).toThrow(/PORT must be .*\nSANDBOX must be /);
  });
});
