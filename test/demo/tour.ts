import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '../e2e/client.js';
import { freshFolder, removeFolder, Service } from '../e2e/service.js';
import { cycles, monthEnds } from './cycles.js';
import { Story } from './story.js';
import { trial } from './trial.js';

// `npm run demo`: the whole product over HTTP, told as it goes, against a sandbox service of its own, or against a running one that
// is named by DEMO_URL with a staff key in DEMO_KEY. It ends with 1 where anything is not as promised.
const { DEMO_URL: url, DEMO_KEY: key } = process.env;
/** Names of this tour, so that it can be taken twice on one service. */
const tour = createHash('sha256').update(`${process.pid} ${Date.now()}`).digest('hex').slice(0, 8);
/** A catalogue by calendar month instead of thirty days. */
const MONTHLY = {
  version: 1,
  plans: [
    { id: 'gallery-basic', name: 'Gallery Basic', creditsPerCycle: 4, cycle: 'P1M' },
    { id: 'trial', name: 'Trial', creditsInTotal: 1 },
  ],
};

const story = new Story();
const services: Service[] = [];
try {
  const client = url === undefined ? await ownService() : new Client(url.replace(/\/$/, ''), key);
  await trial(client, story, `${tour}-ada`);
  await cycles(client, story, tour);
  if (url === undefined) await monthEnds(await ownService(MONTHLY), story);
  story.end();
} catch (error) {
  console.error(`\nNot as promised: ${(error as Error).message}`);
  process.exitCode = 1;
} finally {
  for (const service of services) {
    await service.stop();
    removeFolder(service.folder);
  }
}

/** A service on a folder of its own; its plan catalogue is the shipped one unless another is given. */
async function ownService(plans?: object): Promise<Client> {
  const folder = freshFolder();
  const file = join(folder, 'plans.json');
  if (plans) writeFileSync(file, JSON.stringify(plans));
  const settings = { RENDER_WORKERS: '1', SUPPORT_CONTACT: 'support@example.com' };
  const service = await Service.start(folder, plans ? { ...settings, PLANS_FILE: file } : settings);
  services.push(service);
  console.log(`\nA sandbox service of its own at ${service.client.base}, ready after ${Math.round(service.startMs)} ms`);
  return service.client;
}
