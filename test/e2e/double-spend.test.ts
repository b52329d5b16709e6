import { picture } from './pictures.js';
import { freshFolder, Service } from './service-under-test.js';

const CLIENTS = 64;
const CREDITS = 8;
const ROUNDS = 12;

describe('Many clients on one account (rule 6)', () => {
  const folder = freshFolder();
  let service: Service;
  beforeAll(async () => (service = await Service.start(folder)));
  afterAll(async () => {
    await service.finish();
  });

  it('64 at once on 8 credits: exactly 8 get their video, 56 are refused, in every round', async () => {
    const { client } = service;
    const artwork = await picture();
    for (let round = 0; round < ROUNDS; round++) {
      const accountId = `spend-${round}`;
      const artworkId = await client.artwork(accountId, artwork);
      // Half in one set, half in eight: which set is used must make no difference to how many there are.
      if (round % 2 === 0) await client.grant(accountId, CREDITS);
      else for (let n = 0; n < CREDITS; n++) await client.grant(accountId, 1);
      const answers = await Promise.all(Array.from({ length: CLIENTS }, () => client.createVideo(accountId, artworkId)));
      const accepted = answers.filter(({ status }) => status === 201);
      expect(accepted).toHaveLength(CREDITS);
      expect(answers.filter(({ status }) => status === 402)).toHaveLength(CLIENTS - CREDITS);
      expect(new Set(accepted.map(({ body }) => body.video.videoId)).size).toBe(CREDITS);
      expect(await client.credits(accountId)).toMatchObject({ available: 0, inProgress: CREDITS });
      const used = (await client.ledger(accountId)).filter(({ type }) => type === 'credits.consumed');
      expect(used.map(({ balanceAfter }) => balanceAfter)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    }
  });
});
