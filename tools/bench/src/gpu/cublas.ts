/** cuBLAS, called through its C interface. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { CudaDevice } from "@strata/backend-cuda";
import { tryLoadLibrary } from "@strata/runtime/native";

const handle = "void *";

function candidates(): string[] {
  const folders = ["/usr/local/cuda/lib64", "/usr/local/cuda/targets/x86_64-linux/lib"];
  const own = process.env["STRATA_CUBLAS"];
  const inFolders = folders
    .filter((f) => existsSync(f))
    .flatMap((f) => readdirSync(f).map((name) => join(f, name)))
    .filter((path) => /libcublas\.so\.\d+$/.test(path));
  return [...(own === undefined ? [] : [own]), ...inFolders, "libcublas.so.13", "libcublas.so.12"];
}

/** C = A · B of row-major f32 matrices; undefined where cuBLAS is not there. */
export function tryCublas(
  device: CudaDevice,
): ((a: bigint, b: bigint, c: bigint, m: number, n: number, k: number) => void) | undefined {
  for (const path of candidates()) {
    const loaded = tryLoadLibrary(path);
    if (!("library" in loaded)) continue;
    const api = loaded.library.bind({
      create: ["cublasCreate_v2", "int", [handle]],
      setStream: ["cublasSetStream_v2", "int", [handle, handle]],
      sgemm: [
        "cublasSgemm_v2",
        "int",
        [
          handle,
          "int",
          "int",
          "int",
          "int",
          "int",
          handle,
          "uint64",
          "int",
          "uint64",
          "int",
          handle,
          "uint64",
          "int",
        ],
      ],
    });
    const place = new BigUint64Array(1);
    if (api.create(place) !== 0) return undefined;
    const blas = place[0]!;
    api.setStream(blas, device.queue.handle);
    const one = new Float32Array([1]);
    const zero = new Float32Array([0]);
    // Column-major: C' = B' · A'.
    return (a, b, c, m, n, k) => {
      const status = api.sgemm(blas, 0, 0, n, m, k, one, b, n, a, k, zero, c, n);
      if (status !== 0) throw new Error(`cublasSgemm: ${status}`);
    };
  }
  return undefined;
}
