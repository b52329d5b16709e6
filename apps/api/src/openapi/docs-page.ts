import { problems } from '#contracts';
import type { RegisteredRoute } from '../edge/route-table.js';
import type { AccountPlace, AnswerBody, RouteSpec } from '../edge/route.js';
import { rulesOf } from '../edge/shape.js';

/** The API on one page of plain HTML: no script, nothing fetched from elsewhere. Problem types point here. */
export function docsPage(routes: readonly RegisteredRoute[]): string {
  const sections = routes.filter(({ method }) => method !== 'HEAD').map(routeSection);
  const codes = Object.entries(problems).map(
    ([code, [status, title]]) => `<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td>${escape(title)}</td></tr>`,
  );
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>video credits: HTTP interface</title><style>${style}</style></head>
<body><main>
<h1>video credits</h1>
<p>The HTTP interface. The same as a machine reads it: <a href="/v1/openapi.json">OpenAPI 3.1</a>. Send a key, or a customer’s token, as <code>Authorization: Bearer …</code>. Errors are problem documents (RFC 9457) with one of the <a href="#problems">codes below</a>.</p>
${sections.join('\n')}
<h2 id="problems">Problems</h2>
<table><tr><th>code</th><th>status</th><th>meaning</th></tr>${codes.join('')}</table>
</main></body></html>
`;
}

function routeSection({ method, url, spec }: RegisteredRoute): string {
  const fields = [...fieldRows('query', spec.query), ...(spec.body?.kind === 'json' ? fieldRows('body', spec.body.shape) : [])];
  const answers = Object.entries(spec.answers).map(([status, body]) => (body === null ? status : `${status} ${nameOf(body)}`));
  const codes = (spec.problems ?? []).map((code) => `<a href="#${code}"><code>${code}</code></a>`);
  return `<section>
<h3><b>${method}</b> ${escape(url)}</h3>
<p>${escape(spec.summary)}.</p>
<p class="facts">${escape(whoMay(spec))}${spec.requestKey === undefined ? '' : ` · <code>Idempotency-Key</code> ${spec.requestKey}`} · answers ${escape(answers.join(', '))}${codes.length > 0 ? ` · refuses with ${codes.join(', ')}` : ''}</p>
${fields.length > 0 ? `<table>${fields.join('')}</table>` : ''}
</section>`;
}

function nameOf(body: NonNullable<AnswerBody>): string {
  if ('schema' in body) return body.schema;
  return 'events' in body ? `${body.events} as server-sent events` : body.content;
}

function whoMay({ access }: RouteSpec): string {
  if (access === 'anyone') return 'Anyone';
  if (access === 'signed-in') return 'Whoever is signed in';
  return [access.scope === undefined ? [] : [`Scope ${access.scope}`], access.signed === undefined ? [] : ['Signed address']]
    .flat()
    .join(' or ')
    .concat(customersReach(access.account));
}

/** What a customer may do with the route; nothing is said where their token lacks the scope. */
function customersReach(account: AccountPlace | undefined): string {
  if (account === undefined || account === 'staff') return '';
  return account === 'same-for-all' ? ' · customers too' : ' · customers for their own account';
}

function fieldRows(where: string, shape: (new () => object) | undefined): readonly string[] {
  if (shape === undefined) return [];
  return [...rulesOf(shape)].map(([name, rule]) => `<tr><td>${where}</td><td><code>${name}</code></td><td>${escape(rule.words)}</td></tr>`);
}

function escape(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

const style = `body{font:16px/1.5 system-ui,sans-serif;color:#222;background:#fff;margin:0}main{max-width:56rem;margin:0 auto;padding:2rem 1rem}
h3{margin:2rem 0 .25rem;font-family:ui-monospace,monospace;font-size:1rem}p{margin:.25rem 0}.facts{color:#555;font-size:.9rem}table{border-collapse:collapse;font-size:.9rem}
td,th{text-align:left;padding:.2rem .75rem .2rem 0;vertical-align:top}:target{background:#fff3c4}@media(prefers-color-scheme:dark){body{color:#ddd;background:#161616}.facts{color:#aaa}a{color:#8ab4f8}:target{background:#443c10}}`;
