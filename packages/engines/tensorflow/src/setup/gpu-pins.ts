import { GramkitError } from '@gramkit/spec';
import { linuxTarget, tensorflowVersion, type WheelPin } from './pins.js';

/** One of NVIDIA's wheels. */
export interface CudaPin extends WheelPin {
  /** The folder under `nvidia/` that the wheel fills. */
  readonly folder: string;
  /** Bytes of what is taken out of it. */
  readonly unpackedBytes: number;
}

/** The oldest driver for Linux that runs CUDA 12 (CUDA toolkit release notes, minor version compatibility). */
export const oldestDriver = '525.60.13';

/** TensorFlow built for NVIDIA's GPUs. There is none for ARM: `tensorflow` is the CPU build there. */
export const gpuTensorflowWheel: WheelPin = {
  distribution: 'tensorflow',
  version: tensorflowVersion,
  target: linuxTarget('x86_64', '3.12'),
  bytes: 572_611_111,
  sha256: 'b3b95643c4e70eb925839938fb35cbe142f317ec84af6844ee61513713bb13c0',
};

/**
 * The wheels of the extra `and-cuda` of TensorFlow 2.21. It gives ranges (cuBLAS from 12.5.3.2 up to 13, and so on); these are what pip
 * resolved them to in November 2026, all of CUDA 12.9, so that GPUs newer than the TensorFlow are served too.
 */
export const cudaWheels: readonly CudaPin[] = [
  cudaWheel('cublas', 'nvidia-cublas-cu12', '12.9.3.13', 581_217_458, 855_064_416, 'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72'),
  cudaWheel('cuda_cupti', 'nvidia-cuda-cupti-cu12', '12.9.79', 10_814_997, 43_365_768, '096bcf334f13e1984ba36685ad4c1d6347db214de03dbb6eebb237b41d9d934f'),
  cudaWheel('cuda_nvcc', 'nvidia-cuda-nvcc-cu12', '12.9.86', 40_546_229, 97_998_760, '5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0'),
  cudaWheel('cuda_nvrtc', 'nvidia-cuda-nvrtc-cu12', '12.9.86', 89_568_129, 227_340_992, '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4'),
  cudaWheel('cuda_runtime', 'nvidia-cuda-runtime-cu12', '12.9.79', 3_493_179, 741_088, '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3'),
  cudaWheel('cudnn', 'nvidia-cudnn-cu12', '9.28.0.42', 716_538_495, 1_162_393_472, '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375'),
  cudaWheel('cufft', 'nvidia-cufft-cu12', '11.4.1.4', 200_877_592, 293_609_416, 'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28'),
  cudaWheel('curand', 'nvidia-curand-cu12', '10.3.10.19', 68_295_626, 166_965_432, '49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e'),
  cudaWheel('cusolver', 'nvidia-cusolver-cu12', '11.7.5.82', 338_117_415, 494_975_064, '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88'),
  cudaWheel('cusparse', 'nvidia-cusparse-cu12', '12.5.10.65', 366_465_088, 486_556_368, '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78'),
  cudaWheel('nccl', 'nvidia-nccl-cu12', '2.32.3', 351_526_311, 489_653_380, 'bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c'),
  cudaWheel('nvjitlink', 'nvidia-nvjitlink-cu12', '12.9.86', 39_748_338, 95_935_344, 'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9'),
];

function cudaWheel(folder: string, distribution: string, version: string, bytes: number, unpackedBytes: number, sha256: string): CudaPin {
  return { folder, distribution, version, target: linuxTarget('x86_64', '3.12'), bytes, unpackedBytes, sha256 };
}

/** Whether there is a GPU build for this machine's system and processor; it says nothing of a GPU being there. */
export function gpuBuildExists(platform: string = process.platform, processor: string = process.arch): boolean {
  return platform === 'linux' && processor === 'x64';
}

/** @throws GramkitError SETUP_PLATFORM where there is no GPU build. */
export function checkGpuBuildExists(platform: string = process.platform, processor: string = process.arch): void {
  if (gpuBuildExists(platform, processor)) return;
  throw new GramkitError('SETUP_PLATFORM', `there is no TensorFlow for GPUs on ${platform} on ${processor}`, {
    alternatives: ['linux on x64'],
    fix: 'leave out --gpu to compute on the CPU, or use Linux on x86-64 with an NVIDIA GPU',
  });
}
