/**
 * Pictures as tensors of f32: 0 is black, 1 is white; grey pictures are `[h, w]`, coloured ones `[h, w, 3]`.
 */
import { readFileSync } from "node:fs";
import { type f32, Tensor } from "@strata/kernel";
import { decode } from "fast-png";

/** A grey picture. */
export type GreyPicture = Tensor<f32, [number, number]>;

/** A picture with its channels innermost. */
export type ColourPicture = Tensor<f32, [number, number, number]>;

/** Reads a grey 8-bit PNG; throws if it has several channels. */
export function readGrey(path: string): GreyPicture {
  const { height, width, channels, light } = readLight(path);
  if (channels !== 1) throw new Error(`${path}: has ${channels} channels, not one`);
  return Tensor.from(light, [height, width]);
}

/** Reads an 8-bit PNG with its channels as the innermost axis. */
export function readColour(path: string): ColourPicture {
  const { height, width, channels, light } = readLight(path);
  return Tensor.from(light, [height, width, channels]);
}

/** The greatest difference, in steps of 8-bit brightness, between a PNG and the picture it should show. */
export function greatestDifference(path: string, expected: Tensor<f32>): number {
  const { light } = readLight(path);
  if (light.length !== expected.size) {
    throw new Error(`${path}: has ${light.length} samples instead of ${expected.size}`);
  }
  let greatest = 0;
  for (let i = 0; i < light.length; i++) {
    const wanted = Math.min(Math.max(Number(expected.data[i]), 0), 1);
    greatest = Math.max(greatest, Math.abs(Math.round((light[i] ?? 0) * 255) - wanted * 255));
  }
  return greatest;
}

function readLight(path: string) {
  const { height, width, channels, depth, data } = decode(readFileSync(path));
  if (depth !== 8) throw new Error(`${path}: has ${depth} bits per sample, not 8`);
  return { height, width, channels, light: Float32Array.from(data, (byte) => byte / 255) };
}
