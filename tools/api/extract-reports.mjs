import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CompilerState, Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { emitDeclarations } from '../declarations/emit-declarations.mjs';
import { entryPoints } from '../workspace/entry-points.mjs';
import { Failure } from '../workspace/failure.mjs';
import { ProgressLine } from '../workspace/progress-line.mjs';
import { publicPackages } from '../workspace/public-packages.mjs';

/** @typedef {{ packageName: string, file: string, report: string }} SurfaceReport `file`: its name in `api/`. */

/** What the reports would say of the sources as they are, one for each entry point of each public package. @returns {Promise<SurfaceReport[]>} */
export async function extractReports(root) {
  const place = await emitDeclarations(root);
  const folder = mkdtempSync(join(root, 'runs', 'declarations', 'reports-'));
  try {
    const entries = publicPackages(root).flatMap(({ name, folder: source, manifest }) =>
      entryPoints(manifest).map(({ specifier, declarations }) => {
        const file = `${specifier.replace(/^@[^/]+\//, '').replaceAll('/', '.')}.api.md`;
        return { packageName: name, specifier, file, configuration: extractorConfiguration(root, place(source), declarations, file, folder) };
      }),
    );
    return readSurfaces(entries);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readSurfaces(entries) {
  const line = new ProgressLine('reading public surfaces:');
  const [first, ...others] = entries.map(({ configuration }) => configuration);
  // One program for all of them: a program a package would take most of the time.
  const compilerState = CompilerState.create(first, { additionalEntryPoints: others.map(({ mainEntryPointFilePath }) => mainEntryPointFilePath) });
  const reports = entries.map(({ packageName, specifier, file, configuration }, index) => {
    const report = readSurface(specifier, configuration, compilerState);
    line.update(index + 1, entries.length);
    return { packageName, file, report };
  });
  line.end();
  return reports;
}

function readSurface(specifier, configuration, compilerState) {
  const problems = [];
  const { succeeded } = Extractor.invoke(configuration, {
    localBuild: true,
    compilerState,
    messageCallback: (message) => {
      if (message.logLevel === ExtractorLogLevel.Error) problems.push(message.formatMessageWithLocation(undefined));
      message.handled = true;
    },
  });
  if (!succeeded) throw new Failure(`the public surface of ${specifier} could not be read`, 'npm run typecheck', { details: problems.join('\n') });
  return readFileSync(configuration.reportFilePath, 'utf8');
}

function extractorConfiguration(root, place, declarations, file, output) {
  const entry = join(place, declarations);
  return ExtractorConfig.prepare({
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: entry,
      compiler: { overrideTsconfig: compilerSettings(root, entry) },
      apiReport: { enabled: true, includeForgottenExports: true, reportFileName: file, reportFolder: output, reportTempFolder: output },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      newlineKind: 'lf',
      messages,
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(place, 'package.json'),
  });
}

function compilerSettings(root, entry) {
  return {
    compilerOptions: { target: 'ES2022', lib: ['ES2023'], module: 'ESNext', moduleResolution: 'bundler', types: ['node'], typeRoots: [join(root, 'node_modules', '@types')], skipLibCheck: true, strict: true },
    files: [entry],
  };
}

const silent = { logLevel: ExtractorLogLevel.None };

/** Types are checked elsewhere, and release tags are not used: what is exported is public. What is reachable without being exported is in the reports too. */
const messages = {
  compilerMessageReporting: { default: silent },
  extractorMessageReporting: { default: silent },
  tsdocMessageReporting: { default: silent },
};
