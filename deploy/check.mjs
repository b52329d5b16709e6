// Is what lies in this folder right? Asks the real tools, checks that each of them can say no, and that deploy/ speaks only of what
// the code knows. `node deploy/check.mjs`: fetches the tools the first time (some minutes), takes a few seconds afterwards.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, parseAllDocuments } from 'yaml';
import { installTools, run } from './tools.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const deploy = join(root, 'deploy');
const scratch = mkdtempSync(join(tmpdir(), 'video-credits-deploy-'));
/** Variables that Node and the libraries read by themselves. */
const ofLibraries = new Set(['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'NODE_EXTRA_CA_CERTS']);
let passed = 0;
let failed = 0;

try {
  main();
} finally {
  rmSync(scratch, { recursive: true });
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function main() {
  const tools = installTools();
  checkMonitoring(tools);
  const compose = checkCompose(tools);
  const kubernetes = checkKubernetes(tools);
  for (const script of readdirSync(join(deploy, 'backup')).filter((file) => file.endsWith('.sh'))) {
    tool('bash', ['-n', join(deploy, 'backup', script)]);
  }
  checkImagesPinned(compose, kubernetes);
  checkKnownToTheCode(compose, kubernetes);
}

function checkMonitoring({ promtool }) {
  const rules = join(deploy, 'monitoring/alerts.yaml');
  tool(promtool, ['check', 'rules', rules]);
  tool(promtool, ['test', 'rules', join(deploy, 'monitoring/alerts.test.yaml')]);
  tool(promtool, ['check', 'config', '--syntax-only', join(deploy, 'compose/prometheus.yaml')]);
  // What the dashboard asks for is checked as rules, for there is no other checker of it here.
  const asRules = scratchFile('dashboard.rules.yaml', JSON.stringify({ groups: [{ name: 'dashboard', rules: questionsOfDashboard() }] }));
  tool(promtool, ['check', 'rules', asRules]);
  refuses(promtool, ['check', 'rules', broken('rules.yaml', rules, /== 0\n/, '== == 0\n')]);
  const tests = join(deploy, 'monitoring/alerts.test.yaml');
  const wrong = readFileSync(tests, 'utf8').replace('[alerts.yaml]', JSON.stringify([rules]));
  refuses(promtool, ['test', 'rules', scratchFile('tests.yaml', wrong.replace('severity: critical', 'severity: none'))]);
}

function questionsOfDashboard() {
  const { panels } = JSON.parse(readFileSync(join(deploy, 'monitoring/dashboard.json'), 'utf8'));
  const questions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr.replaceAll('$__rate_interval', '5m')));
  if (questions.length === 0) throw new Error('the dashboard asks nothing');
  return questions.map((expr, index) => ({ record: `dashboard:${index}`, expr }));
}

function checkCompose({ composeLoader }) {
  const file = join(deploy, 'compose.yaml');
  // Paths are relative to the folder of the file, as they are for docker compose.
  const inDeploy = { cwd: deploy };
  const { out } = tool(composeLoader, [file], { ...inDeploy, quiet: true });
  refuses(composeLoader, [broken('compose.yaml', file, 'stop_grace_period', 'stop_grace')]);
  const compose = parse(out);
  const lost = whatIsNotThere(compose);
  verdict('compose.yaml: services, networks, volumes and mounted files are there', lost.length === 0, lost.join('\n'));
  const { out: other } = run(composeLoader, [broken('depends.yaml', file, 'postgres: { condition', 'nobody: { condition')], inDeploy);
  verdict('refused as it should be: a service that waits for nobody', whatIsNotThere(parse(other)).length > 0, 'it was taken for right');
  return compose;
}

/** The loader checks the file against the schema, not that what a service speaks of is there. */
function whatIsNotThere(compose) {
  return Object.entries(compose.services).flatMap(([service, { depends_on = {}, networks = {}, volumes = [] }]) =>
    [
      ...Object.keys(depends_on).map((name) => [name, name in compose.services]),
      ...Object.keys(networks).map((name) => [name, name in compose.networks]),
      ...volumes.map(({ type, source }) => [source, type === 'volume' ? source in compose.volumes : existsSync(source)]),
    ].flatMap(([name, there]) => (there ? [] : [`${service}: ${name}`])),
  );
}

function checkKubernetes({ kustomize, kubectlValidate, schemas }) {
  const validate = (file) => ['--version', '1.30', '--local-crds', schemas, file];
  const built = ['base', 'overlays/production'].map((place) => {
    const { out } = tool(kustomize, ['build', join(deploy, 'kubernetes', place)], { quiet: true });
    const file = scratchFile(`${place.replace('/', '-')}.yaml`, out);
    tool(kubectlValidate, validate(file));
    return file;
  });
  const production = built.at(-1);
  refuses(kubectlValidate, validate(broken('deployment.yaml', production, 'revisionHistoryLimit: 5', 'revisionHistory: 5')));
  refuses(kubectlValidate, validate(broken('keda.yaml', production, 'pollingInterval: 15', 'pollingInterval: often')));
  return parseAllDocuments(readFileSync(production, 'utf8')).map((document) => document.toJS());
}

/** An image without a version, or with one that moves, would be another one tomorrow. */
function checkImagesPinned(compose, kubernetes) {
  const dockerfile = readFileSync(join(deploy, 'Dockerfile'), 'utf8');
  const images = [
    ...dockerfile.matchAll(/^ARG NODE_IMAGE=(\S+)$/gm),
    ...dockerfile.matchAll(/^FROM ([^$\s]\S*)/gm),
    ...JSON.stringify([compose, kubernetes]).matchAll(/"image":"([^"]+)"/g),
  ].map(([, image]) => image);
  const own = 'video-credits:local';
  const loose = [...new Set(images)].filter((image) => image !== own && !/:v?\d+(\.\d+)+[\w.-]*$/.test(image));
  verdict(`${new Set(images).size} images pinned by tag`, loose.length === 0 && images.length > 0, loose.join('\n'));
}

/** Entries, variables, metrics, topics and groups that are named here must be the code's own. */
function checkKnownToTheCode(compose, kubernetes) {
  const code = sources().join('\n');
  const build = readFileSync(join(root, 'apps/standalone/compile.mjs'), 'utf8');
  const texts = files(deploy, /\.(yaml|md|json|sh)$|Dockerfile$/).map((file) => readFileSync(file, 'utf8'));
  const named = (pattern) => [...new Set(texts.flatMap((text) => [...text.matchAll(pattern)].map(([, name]) => name)))];
  known('processes', named(/dist\/standalone\/([\w-]+)\.js/g), (name) => new RegExp(`^\\s+'?${name}'?: 'apps/`, 'm').test(build));
  known('variables', variablesOf(compose, kubernetes), (name) => code.includes(`'${name}'`) || ofLibraries.has(name));
  known('metrics', named(/\b((?:video_credits|http_request)_[a-z_]+?)(?:_bucket|_count|_sum)?\b(?![_a-z])/g), (name) =>
    code.includes(`'${name}'`),
  );
  const triggers = kubernetes.flatMap(({ spec }) => spec?.triggers ?? []).map(({ metadata }) => metadata);
  const topics = triggers.flatMap(({ topic, consumerGroup }) => [topic, consumerGroup]);
  known('topics and groups', topics, (name) => code.includes(`'${name}'`));
}

function variablesOf(compose, kubernetes) {
  const services = Object.values(compose.services).filter(({ image }) => image === 'video-credits:local');
  const settings = kubernetes.filter(({ kind }) => kind === 'ConfigMap');
  return [
    ...new Set([...services.flatMap(({ environment }) => Object.keys(environment)), ...settings.flatMap(({ data }) => Object.keys(data))]),
  ];
}

function known(what, names, isKnown) {
  const unknown = names.filter((name) => !isKnown(name));
  verdict(`${names.length} ${what} known to the code`, unknown.length === 0 && names.length > 0, `unknown: ${unknown.join(', ')}`);
}

function sources() {
  return ['apps', 'libs'].flatMap((folder) => files(join(root, folder), /(?<!\.test)\.ts$/)).map((file) => readFileSync(file, 'utf8'));
}

function files(folder, pattern) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

function tool(command, args, { quiet = false, ...options } = {}) {
  const result = run(command, args, options);
  verdict(shown(command, args), result.ok, result.all, quiet && result.ok);
  if (!result.ok && quiet) throw new Error('the rest needs what this one makes');
  return result;
}

/** The tool must say no to a planted fault, or its yes is worth nothing. */
function refuses(command, args) {
  verdict(`refused as it should be: ${shown(command, args)}`, !run(command, args).ok, 'it was taken for right', true);
}

function shown(command, args) {
  return [
    command.split('/').at(-1),
    ...args.map((arg) => (arg.startsWith(root) ? relative(root, arg) : arg.replace(`${scratch}/`, ''))),
  ].join(' ');
}

function verdict(what, ok, detail, quiet = false) {
  if (ok) passed++;
  else failed++;
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${what}`);
  if (detail && !(ok && quiet) && (!ok || /SUCCESS|OK/.test(detail)))
    console.log(detail.replaceAll(`${scratch}/`, '').replace(/^/gm, '         '));
}

function scratchFile(name, text) {
  const file = join(scratch, name);
  writeFileSync(file, text);
  return file;
}

function broken(name, original, right, wrong) {
  const text = readFileSync(original, 'utf8');
  const changed = text.replace(right, wrong);
  if (changed === text) throw new Error(`${original} has no ${right}: this planted fault is none`);
  return scratchFile(`broken-${name}`, changed);
}
