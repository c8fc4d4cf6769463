import { GramkitError } from '@gramkit/spec';
import { programWorks } from './run-program.js';

/** A program that set-up needs: how to start it, or what is missing. */
export interface Tool {
  readonly name: 'pip' | 'compiler' | 'npm';
  /** What the program is used for. */
  readonly purpose: string;
  /** Command and leading arguments. */
  find(): Promise<readonly string[]>;
}

/** pip of any Python 3: it only downloads wheels, Python itself never runs afterwards. */
export const pip: Tool = {
  name: 'pip',
  purpose: "downloads TensorFlow's library and the model",
  async find() {
    const pythons: string[] = [];
    for (const python of ['python3', 'python']) {
      if (await programWorks([python, '-m', 'pip', '--version'])) return [python, '-m', 'pip'];
      if (await programWorks([python, '--version'])) pythons.push(python);
    }
    if (pythons.length > 0) throw missing(`${pythons[0]} has no pip`, this, 'apt-get install -y python3-pip');
    throw missing('there is no python3 on the PATH', this, 'apt-get install -y python3 python3-pip');
  },
};

/** A C++17 compiler: the one `CXX` names, or any of the usual. */
export const compiler: Tool = {
  name: 'compiler',
  purpose: "builds tfjs-node's addon against TensorFlow's library",
  async find() {
    const chosen = process.env.CXX;
    const candidates = chosen === undefined || chosen === '' ? [['g++'], ['c++'], ['clang++']] : [chosen.trim().split(/\s+/)];
    for (const candidate of candidates) {
      if (await programWorks([...candidate, '--version'])) return candidate;
    }
    throw missing(`there is no C++ compiler (tried ${candidates.map((words) => words.join(' ')).join(', ')})`, this, 'apt-get install -y g++');
  },
};

/** npm: the one on the PATH, or the one that runs us. */
export const npm: Tool = {
  name: 'npm',
  purpose: 'installs tfjs-node-gpu into the cache',
  async find() {
    const running = process.env.npm_execpath;
    const candidates = [['npm'], ...(running?.endsWith('npm-cli.js') === true ? [[process.execPath, running]] : [])];
    for (const candidate of candidates) {
      if (await programWorks([...candidate, '--version'])) return candidate;
    }
    throw missing('there is no npm on the PATH', this, 'apt-get install -y npm');
  },
};

function missing(found: string, tool: Tool, fix: string): GramkitError {
  return new GramkitError('SETUP_TOOL_MISSING', `${found}; set-up needs it: it ${tool.purpose}`, { field: tool.name, fix });
}
