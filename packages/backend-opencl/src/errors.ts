/** What can go wrong with OpenCL, in words. */
import { bug, DiagnosticError, unsupported, userError, type DiagnosticNote } from "@strata/support";
import { errorName } from "./api.ts";

/** How OpenCL is brought to a machine that has none. */
export const INSTALL_OPENCL =
  "install an OpenCL driver: the GPU vendor's, or PoCL for the processor " +
  "(Debian: apt-get install ocl-icd-libopencl1 pocl-opencl-icd)";

/** No library, or no device behind it. */
export function noOpenCl(reason: string): DiagnosticError {
  return new DiagnosticError(
    userError("opencl.missing", `OpenCL is not there: ${reason}`, { hint: INSTALL_OPENCL }),
  );
}

/** A device number past the last. */
export function noSuchDevice(index: number, names: readonly string[]): DiagnosticError {
  return new DiagnosticError(
    userError("opencl.device", `there is no device opencl:${index}`, {
      notes: names.map((n, k) => ({ message: `opencl:${k} is ${n}` })),
      hint: `write opencl:0${names.length > 1 ? ` to opencl:${names.length - 1}` : ""}`,
    }),
  );
}

/** A kernel that needs what the device has not. */
export function lacksFeature(device: string, what: string, hint: string): DiagnosticError {
  return new DiagnosticError(
    unsupported("opencl.feature", `${device} has no ${what}, which the kernel needs`, { hint }),
  );
}

/** A program that the device's compiler refused: a mistake of ours or of the driver. */
export function buildFailed(device: string, notes: readonly DiagnosticNote[]): DiagnosticError {
  return new DiagnosticError(
    bug("opencl.build", `the compiler of ${device} refused the kernel`, { notes }),
  );
}

/** A call that failed. */
export function callFailed(call: string, code: number, hint?: string): DiagnosticError {
  return new DiagnosticError(
    bug("opencl.call", `OpenCL's ${call} failed: ${errorName(code)}`, { hint }),
  );
}
