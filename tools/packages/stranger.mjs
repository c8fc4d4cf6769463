import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { programOutput } from '../workspace/program-output.mjs';

const again = 'npm run test:packages';

/** Somebody outside the repository: folders of their own, npm as it comes, the packages from a registry, and a cache of their own. */
export class Stranger {
  /** @param {{ root: string, home: string, registry: string, npmCache: string, cache: string }} place `root`: the repository, which must not be seen. */
  constructor({ root, home, registry, npmCache, cache }) {
    this.home = home;
    this.env = { ...withoutRepository(root), npm_config_registry: registry, npm_config_cache: npmCache, npm_config_yes: 'true', npm_config_fund: 'false', npm_config_audit: 'false', GRAMKIT_CACHE: cache };
  }

  /** A new folder, empty but for the files given. */
  folder(name, files = {}) {
    const folder = join(this.home, name);
    mkdirSync(folder, { recursive: true });
    for (const [file, text] of Object.entries(files)) this.write(folder, file, text);
    return folder;
  }

  write(folder, file, text) {
    writeFileSync(join(folder, file), text);
  }

  run(folder, ...command) {
    return programOutput(command.join(' '), command, { cwd: folder, env: this.env, again });
  }
}

/** Without what npm tells the scripts of a package.json, above all that the repository turns install scripts off. */
function withoutRepository(root) {
  const told = Object.keys(process.env).filter((name) => /^(npm_(package|lifecycle|command|execpath)|npm_config_(ignore_scripts|omit_lockfile_registry_resolved|local_prefix|workspace|prefix)|INIT_CWD|NODE_OPTIONS$)/.test(name));
  const path = process.env.PATH.split(delimiter).filter((entry) => !entry.startsWith(root)).join(delimiter);
  return { ...Object.fromEntries(told.map((name) => [name, undefined])), PATH: path };
}
