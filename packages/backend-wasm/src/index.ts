/** WebAssembly: emission from loops and vectors, and the device `wasm`. */
export { WasmDevice, WasmExecutable, wasmProvider, type WasmImage } from "./device.ts";
export { emitWasm, type EmitOptions, type EmittedModule } from "./emit-module.ts";
