// The checkers of this folder, fetched once into .cache/engines and then used from there. Versions are pinned, but for promtool, which
// is what Debian has.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const cache = fileURLToPath(new URL('../.cache/engines/', import.meta.url));

/** Runs a program and answers what it printed, colours taken out; `ok` is false where it failed or is not there. */
export function run(command, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, ...options });
  // eslint would have the escape character spelt otherwise; it is what colours begin with.
  const plain = (text) => (text ?? '').replaceAll(new RegExp(`${String.fromCharCode(27)}\\[\\d*m`, 'g'), '').trim();
  return { ok: status === 0, out: plain(stdout), all: [plain(stdout), plain(stderr), error?.message].filter(Boolean).join('\n') };
}

/** Runs a program and answers what it printed; throws with all of it where it failed. */
export function must(command, args, options) {
  const result = run(command, args, options);
  if (!result.ok) throw new Error(`${command} ${args.join(' ')} failed:\n${result.all}`);
  return result.out;
}

/** The folder `.cache/engines/<name>`, filled beside it and renamed when it is complete. */
export function cached(name, fill) {
  const folder = join(cache, name);
  if (existsSync(folder)) return folder;
  console.log(`   (installing ${name}, once)`);
  mkdirSync(cache, { recursive: true });
  const fresh = mkdtempSync(join(cache, 'new-'));
  try {
    fill(fresh);
    renameSync(fresh, folder);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    // Two at once: the other one's is as good.
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

/** A Go program of the module proxy, built here. */
function goProgram(name, module, version) {
  const folder = cached(`${name}-${version}`, (fresh) => {
    must('go', ['install', `${module}@${version}`], { env: { ...process.env, GOBIN: fresh, GOFLAGS: '-buildvcs=false' } });
    const [built] = readdirSync(fresh);
    renameSync(join(fresh, built), join(fresh, name));
  });
  return join(folder, name);
}

const customResources = [
  ['github.com/kedacore/keda/v2@v2.17.2', 'config/crd/bases', /^keda\.sh_(scaledobjects|triggerauthentications)\.yaml$/],
  ['github.com/external-secrets/external-secrets@v0.19.2', 'config/crds/bases', /^external-secrets\.io_externalsecrets\.yaml$/],
  [
    'github.com/prometheus-operator/prometheus-operator@v0.84.0',
    'example/prometheus-operator-crd',
    /^monitoring\.coreos\.com_podmonitors\.yaml$/,
  ],
];

/** Schemas of what is not Kubernetes' own, out of the operators' Go modules. */
function schemasOfOperators() {
  return cached('custom-resources-1', (fresh) => {
    for (const [module, folder, wanted] of customResources) {
      const from = join(JSON.parse(must('go', ['mod', 'download', '-json', module])).Dir, folder);
      const files = readdirSync(from).filter((file) => wanted.test(file));
      if (files.length === 0) throw new Error(`${module} has no ${wanted} in ${folder}`);
      for (const file of files) cpSync(join(from, file), join(fresh, file));
    }
  });
}

function promtool() {
  const folder = cached('promtool', (fresh) => {
    const download = () => run('apt-get', ['download', '-q', 'prometheus'], { cwd: fresh });
    if (!download().ok) {
      must('apt-get', ['update', '-q']);
      const again = download();
      if (!again.ok) throw new Error(`apt-get download prometheus failed:\n${again.all}`);
    }
    const [deb] = readdirSync(fresh).filter((file) => file.endsWith('.deb'));
    must('dpkg', ['-x', join(fresh, deb), join(fresh, 'package')]);
    cpSync(join(fresh, 'package/usr/bin/promtool'), join(fresh, 'promtool'));
    for (const rest of [deb, 'package']) rmSync(join(fresh, rest), { recursive: true });
  });
  return join(folder, 'promtool');
}

/** Everything that is needed, installed where it is not there yet. Throws where something cannot be had. */
export function installTools() {
  return {
    promtool: promtool(),
    composeLoader: goProgram('compose-go', 'github.com/compose-spec/compose-go/v2/cmd', 'v2.16.2'),
    kustomize: goProgram('kustomize', 'sigs.k8s.io/kustomize/kustomize/v5', 'v5.7.1'),
    kubectlValidate: goProgram('kubectl-validate', 'sigs.k8s.io/kubectl-validate', 'v0.0.4'),
    schemas: schemasOfOperators(),
  };
}
