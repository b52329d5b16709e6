/** JSON Schemas (2020-12) of everything that HTTP answers, by name. They describe `views.ts` and what the routes add to it. */
type Schema = { readonly [keyword: string]: unknown };

const string = { type: 'string' } as const;
const instant = { type: 'string', format: 'date-time' } as const;
const whole = { type: 'integer', minimum: 0 } as const;
const address = { type: 'string', format: 'uri' } as const;
const sha256 = { type: 'string', pattern: '^[0-9a-f]{64}$' } as const;

function orNull(schema: Schema): Schema {
  return typeof schema['type'] === 'string' && schema['enum'] === undefined
    ? { ...schema, type: [schema['type'], 'null'] }
    : { anyOf: [schema, { type: 'null' }] };
}

function ref(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

function list(items: Schema): Schema {
  return { type: 'array', items };
}

/** Every member is there in every answer, unless named optional. */
function object(properties: { readonly [member: string]: Schema }, optional: readonly string[] = []): Schema {
  return {
    type: 'object',
    properties,
    required: Object.keys(properties).filter((member) => !optional.includes(member)),
    additionalProperties: false,
  };
}

const source = { type: 'string', enum: ['plan', 'trial', 'purchase', 'goodwill'] };
const status = { type: 'string', enum: ['active', 'past-due', 'renewal-pending', 'paused', 'trial', 'ended', 'none'] };
const key = { id: string, name: string, scopes: list(string), createdAt: instant, revoked: { type: 'boolean' } };

const number = { type: 'number' } as const;
const length = { type: 'number', minimum: 0 } as const;
const colour = { type: 'string', pattern: '^#[0-9a-f]{6}$' } as const;
const homography = { type: 'array', items: number, minItems: 9, maxItems: 9 } as const;

const mockupRule =
  'What a browser needs to show an artwork in the room as the video will. Lengths are centimetres on the wall, x to the right, y up ' +
  'from the floor; `pictureUrl` is the empty room, `width` × `height` pixels. An artwork of w × h pixels, r = w / h, ' +
  'b = 2 · (frame.width + frame.mat), is W = min(√(area · r), maxWidth − b, (maxHeight − b) · r) wide and W / r high, its middle at ' +
  '(hanging.x, hanging.y); the frame is b wider and higher, the mat lies between frame and artwork. A place (x, y) of the artwork, mat ' +
  "or frame is the picture's pixel (p / q, s / q) with (p, s, q) = front · (x, y, 1), nine numbers by rows; one on the wall, where the " +
  'shadows fall, goes by `wall` instead.';

export const schemas: { readonly [name: string]: Schema } = {
  Plan: object({ id: string, name: string, creditsPerCycle: whole }),
  Allotment: object({ id: string, source, quantity: whole, remaining: whole, validFrom: instant, expiresAt: orNull(instant) }),
  Credits: object({
    accountId: string,
    plan: orNull(ref('Plan')),
    status,
    available: whole,
    upcoming: whole,
    inProgress: orNull(whole),
    usedThisCycle: whole,
    cycle: orNull(object({ start: instant, end: instant })),
    nextRenewalAt: orNull(instant),
    nextPlan: orNull(ref('Plan')),
    endsAt: orNull(instant),
    allotments: list(ref('Allotment')),
    position: string,
  }),
  Video: object({
    videoId: string,
    accountId: string,
    roomId: string,
    artworkId: string,
    title: orNull(string),
    status: { type: 'string', enum: ['queued', 'rendering', 'ready', 'failed', 'cancelled'] },
    progress: orNull({ type: 'integer', minimum: 0, maximum: 100 }),
    attempt: whole,
    createdAt: instant,
    endedAt: orNull(instant),
    failure: orNull(string),
    allotmentId: string,
    downloadUrl: orNull(address),
    posterUrl: orNull(address),
  }),
  VideoAndCredits: object({ video: ref('Video'), credits: ref('Credits') }),
  VideoPage: object({ items: list(ref('Video')), nextCursor: orNull(string) }),
  AllotmentAndCredits: object({ allotment: ref('Allotment'), credits: ref('Credits') }),
  LedgerLine: object({
    id: string,
    at: instant,
    recordedAt: instant,
    type: string,
    credits: { type: 'integer' },
    balanceAfter: whole,
    allotmentId: orNull(string),
    videoId: orNull(string),
    source: orNull(source),
    reason: orNull(string),
    actor: orNull(string),
    cause: string,
    text: string,
  }),
  AccountSummary: object({
    accountId: string,
    status,
    plan: orNull(ref('Plan')),
    available: whole,
    inProgress: whole,
    nextRenewalAt: orNull(instant),
    endsAt: orNull(instant),
    failedRenders: whole,
    lastActivityAt: instant,
  }),
  AccountPage: object({ items: list(ref('AccountSummary')), nextCursor: orNull(string) }),
  RefusalList: object({
    items: list(object({ at: instant, command: string, code: string, title: string, detail: orNull(string), actor: orNull(string) })),
    since: instant,
  }),
  LedgerPage: object({ items: list(ref('LedgerLine')), nextCursor: orNull(string) }),
  Artwork: object({ artworkId: string, width: whole, height: whole }),
  RoomList: object({ items: list(object({ roomId: string, name: string, previewUrl: address })) }),
  RoomMockup: {
    ...object({
      roomId: string,
      pictureUrl: address,
      width: whole,
      height: whole,
      wall: homography,
      front: homography,
      hanging: object({ x: number, y: number, area: length, maxWidth: length, maxHeight: length }),
      frame: object({
        width: length,
        mat: length,
        matColour: colour,
        sideColour: {
          ...colour,
          description:
            "The frame's side that is seen between its front and the wall: fill its outline on the wall with it, beneath the front.",
        },
        colours: object({ top: colour, right: colour, bottom: colour, left: colour }),
      }),
      shadows: {
        ...list(object({ right: number, down: number, blur: length, colour: string })),
        description: "Shadows of the frame's outline as CSS `box-shadow` has them, in centimetres.",
      },
      light: {
        ...object({ left: number, top: number, width: length, height: length, columns: whole, rows: whole, colours: list(colour) }),
        description:
          "The room's light on this part of the wall (`left`, `top` its upper left corner), by rows from above: what is drawn of artwork, " +
          'mat and frame is multiplied by it, smoothly between the places.',
      },
    }),
    description: mockupRule,
  },
  CataloguePlan: object(
    { id: string, name: string, creditsPerCycle: whole, creditsInTotal: whole, cycle: { type: 'string', enum: ['P30D', 'P1M'] } },
    ['creditsPerCycle', 'creditsInTotal', 'cycle'],
  ),
  PlanList: object({ items: list(ref('CataloguePlan')) }),
  Position: object({ position: string }),
  CloudEvent: {
    type: 'object',
    properties: {
      specversion: { const: '1.0' },
      id: string,
      source: string,
      type: string,
      time: instant,
      subject: string,
      datacontenttype: string,
      data: {},
    },
    required: ['specversion', 'id', 'source', 'type'],
  },
  FactPage: object({ items: list(ref('CloudEvent')), next: string }),
  RenderJob: object({
    videoId: string,
    accountId: string,
    attempt: { type: 'integer', minimum: 1 },
    roomId: string,
    artworkId: string,
    artworkUrl: address,
    uploadUrl: address,
    output: object({ width: whole, height: whole, fps: whole, durationMs: whole, format: { const: 'mp4' } }),
    leaseMs: whole,
  }),
  Upload: object({ videoUrl: address, bytes: whole, sha256 }),
  OfferedUpload: object({
    upload: orNull(
      object({
        method: { const: 'PUT' },
        url: address,
        headers: { type: 'object', additionalProperties: string },
        expiresAt: instant,
      }),
    ),
    videoUrl: address,
    bytes: whole,
    sha256,
  }),
  Session: object({
    kind: { type: 'string', enum: ['staff', 'customer'] },
    name: string,
    accountId: orNull(string),
    scopes: list(string),
    expiresAt: orNull(instant),
    sandbox: { type: 'boolean' },
    supportContact: orNull(string),
  }),
  CustomerToken: object({ token: string, expiresAt: instant }),
  Now: object({ now: instant }),
  Parked: object({
    id: string,
    topic: string,
    group: string,
    key: string,
    reason: string,
    parkedAt: instant,
    headers: { type: 'object', additionalProperties: string },
    body: string,
  }),
  ParkedPage: object({ items: list(ref('Parked')), nextCursor: orNull(string) }),
  ParkedId: object({ id: string }),
  Verification: object({ ok: { type: 'boolean' }, events: whole, streams: whole, problems: list(string) }),
  Rebuilt: object({ rebuilt: list(string) }),
  Key: object(key),
  KeyList: object({ items: list(ref('Key')) }),
  NewKey: object({ ...key, token: string }),
  Live: object({ status: { const: 'live' } }),
  Ready: object({ status: { type: 'string', enum: ['ready', 'not-ready'] }, obstacles: list(string), away: list(string) }),
  /** RFC 9457, with the facts of the code beside. */
  Problem: {
    type: 'object',
    properties: { type: string, title: string, status: whole, code: string, detail: string, instance: string },
    required: ['type', 'title', 'status', 'code', 'instance'],
  },
};
