/** What can go wrong with CUDA, in words. */
import { bug, DiagnosticError, userError, type DiagnosticNote } from "@strata/support";

/** How the driver is brought to a machine. */
export const INSTALL_DRIVER =
  "install NVIDIA's driver for the GPU (it brings libcuda), or choose another device";

/** How the compiler is brought to a machine. */
export const INSTALL_NVRTC =
  "install NVRTC: `pip install nvidia-cuda-nvrtc`, the CUDA toolkit, or name its library in STRATA_NVRTC";

/** No driver, or no GPU. */
export function noCuda(reason: string): DiagnosticError {
  return new DiagnosticError(
    userError("cuda.missing", `CUDA is not there: ${reason}`, { hint: INSTALL_DRIVER }),
  );
}

/** A driver without a compiler. */
export function noNvrtc(tried: readonly string[]): DiagnosticError {
  return new DiagnosticError(
    userError("cuda.nvrtc-missing", "NVRTC, the compiler of CUDA C++, is not there", {
      notes: [{ message: `looked for ${tried.join(", ")}` }],
      hint: INSTALL_NVRTC,
    }),
  );
}

/** A device number past the last. */
export function noSuchDevice(index: number, names: readonly string[]): DiagnosticError {
  return new DiagnosticError(
    userError("cuda.device", `there is no device cuda:${index}`, {
      notes: names.map((n, k) => ({ message: `cuda:${k} is ${n}` })),
      hint: `write cuda:0${names.length > 1 ? ` to cuda:${names.length - 1}` : ""}`,
    }),
  );
}

/** A program that NVRTC refused: a mistake of ours. */
export function compileFailed(notes: readonly DiagnosticNote[]): DiagnosticError {
  return new DiagnosticError(bug("cuda.compile", "NVRTC refused the kernel", { notes }));
}

/** A call that failed. */
export function callFailed(call: string, error: string, hint?: string): DiagnosticError {
  return new DiagnosticError(bug("cuda.call", `${call} failed: ${error}`, { hint }));
}

/** An error that made the device unusable for this process. */
export function deviceLost(device: string, error: string): DiagnosticError {
  return new DiagnosticError(
    userError("cuda.lost", `device ${device} stopped working: ${error}`, {
      hint:
        "its buffers are gone: close it and open it again; run the kernel on the device " +
        "`interpreter`, which says where it reads outside of a tensor",
    }),
  );
}
