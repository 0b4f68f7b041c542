// What a careful programmer writes by hand: CUDA C++ without libraries, tensor cores or inline assembly,
// one kernel for each problem, with wide loads, values kept in registers, tiles in shared memory and
// `__restrict__`. Compiled with the compiler's defaults (products are fused into sums) while the
// benchmark runs. Sizes are multiples of the tiles, as those of the benchmark are.

extern "C" __global__ void init_f32(float *p, unsigned long long n, unsigned seed) {
  const unsigned long long step = (unsigned long long)gridDim.x * blockDim.x;
  for (unsigned long long i = (unsigned long long)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += step) {
    unsigned h = (unsigned)i * 2654435761u + seed;
    h ^= h >> 15;
    h *= 2246822519u;
    h ^= h >> 13;
    p[i] = (float)(h >> 8) * (1.0f / 16777216.0f);
  }
}

extern "C" __global__ void init_u32(unsigned *p, unsigned long long n, unsigned seed) {
  const unsigned long long step = (unsigned long long)gridDim.x * blockDim.x;
  for (unsigned long long i = (unsigned long long)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += step) {
    unsigned h = (unsigned)i * 2654435761u + seed;
    h ^= h >> 15;
    h *= 2246822519u;
    h ^= h >> 13;
    p[i] = h;
  }
}

// The largest |a - b| / (1 + |b|), as the bits of a float.
extern "C" __global__ void difference(const float *a, const float *b, unsigned long long n, unsigned *out) {
  const unsigned long long step = (unsigned long long)gridDim.x * blockDim.x;
  float worst = 0.0f;
  for (unsigned long long i = (unsigned long long)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += step) {
    const float d = fabsf(a[i] - b[i]) / (1.0f + fabsf(b[i]));
    worst = d == d ? fmaxf(worst, d) : __int_as_float(0x7f800000);
  }
  atomicMax(out, __float_as_uint(worst));
}

extern "C" __global__ void saxpy(float a, const float4 *__restrict__ x, const float4 *__restrict__ y,
                                 float4 *__restrict__ out, unsigned long long n) {
  const unsigned long long i = (unsigned long long)blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  const float4 p = x[i], q = y[i];
  out[i] = make_float4(a * p.x + q.x, a * p.y + q.y, a * p.z + q.z, a * p.w + q.w);
}

__device__ __forceinline__ float sum_of_block(float v) {
  __shared__ float parts[32];
  for (int d = 16; d > 0; d >>= 1) v += __shfl_xor_sync(0xffffffffu, v, d);
  const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
  __syncthreads();
  if (lane == 0) parts[warp] = v;
  __syncthreads();
  v = lane < blockDim.x / 32 ? parts[lane] : 0.0f;
  for (int d = 16; d > 0; d >>= 1) v += __shfl_xor_sync(0xffffffffu, v, d);
  return v;
}

__device__ __forceinline__ float max_of_block(float v) {
  __shared__ float parts[32];
  for (int d = 16; d > 0; d >>= 1) v = fmaxf(v, __shfl_xor_sync(0xffffffffu, v, d));
  const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
  __syncthreads();
  if (lane == 0) parts[warp] = v;
  __syncthreads();
  v = lane < blockDim.x / 32 ? parts[lane] : -__int_as_float(0x7f800000);
  for (int d = 16; d > 0; d >>= 1) v = fmaxf(v, __shfl_xor_sync(0xffffffffu, v, d));
  return v;
}

__device__ __forceinline__ float squares(float4 v) { return v.x * v.x + v.y * v.y + v.z * v.z + v.w * v.w; }

// `out` is zero before; four wide loads are under way at a time.
extern "C" __global__ void sum_of_squares(const float4 *__restrict__ x, float *out, unsigned long long n) {
  const unsigned long long step = (unsigned long long)gridDim.x * blockDim.x;
  unsigned long long i = (unsigned long long)blockIdx.x * blockDim.x + threadIdx.x;
  float sum = 0.0f;
  for (; i + 3 * step < n; i += 4 * step) {
    const float4 a = x[i], b = x[i + step], c = x[i + 2 * step], d = x[i + 3 * step];
    sum += (squares(a) + squares(b)) + (squares(c) + squares(d));
  }
  for (; i < n; i += step) sum += squares(x[i]);
  sum = sum_of_block(sum);
  if (threadIdx.x == 0) atomicAdd(out, sum);
}

// Four columns for each thread.
extern "C" __global__ void jacobi(const float *__restrict__ u, const float *__restrict__ f,
                                  float *__restrict__ out, int n, int m) {
  const int j = 4 * (blockIdx.x * blockDim.x + threadIdx.x);
  const int i = blockIdx.y * blockDim.y + threadIdx.y;
  if (i >= n || j >= m) return;
  const size_t at = (size_t)i * m + j;
  const float4 none = make_float4(0, 0, 0, 0);
  const float4 above = i > 0 ? *(const float4 *)(u + at - m) : none;
  const float4 below = i + 1 < n ? *(const float4 *)(u + at + m) : none;
  const float4 c = *(const float4 *)(u + at);
  const float4 g = *(const float4 *)(f + at);
  const float before = j > 0 ? u[at - 1] : 0.0f;
  const float behind = j + 4 < m ? u[at + 4] : 0.0f;
  *(float4 *)(out + at) = make_float4(0.25f * (above.x + below.x + before + c.y + g.x),
                                      0.25f * (above.y + below.y + c.x + c.z + g.y),
                                      0.25f * (above.z + below.z + c.y + c.w + g.z),
                                      0.25f * (above.w + below.w + c.z + behind + g.w));
}

// Every thread walks through `planes` planes with what is behind and in front in registers.
extern "C" __global__ void heat(const float *__restrict__ u, float *__restrict__ out, float alpha, int l, int n, int m,
                                int planes) {
  const int k = blockIdx.x * blockDim.x + threadIdx.x;
  const int j = blockIdx.y * blockDim.y + threadIdx.y;
  if (j >= n || k >= m) return;
  const int first = blockIdx.z * planes, last = min(first + planes, l);
  const size_t plane = (size_t)n * m;
  size_t at = first * plane + (size_t)j * m + k;
  float above = first > 0 ? u[at - plane] : 0.0f;
  float c = u[at];
  for (int i = first; i < last; i++, at += plane) {
    const float below = i + 1 < l ? u[at + plane] : 0.0f;
    const float around = above + below + (j > 0 ? u[at - m] : 0.0f) + (j + 1 < n ? u[at + m] : 0.0f) +
                         (k > 0 ? u[at - 1] : 0.0f) + (k + 1 < m ? u[at + 1] : 0.0f);
    out[at] = c + alpha * (around - 6.0f * c);
    above = c;
    c = below;
  }
}

// 5 × 5 Gaussian through a tile in shared memory, clamped at the border; 32 × 8 threads make 32 × 32
// elements, each thread four rows of its column.
extern "C" __global__ void gaussian(const float *__restrict__ in, float *__restrict__ out, int h, int w) {
  __shared__ float tile[36][37];
  const int x0 = blockIdx.x * 32, y0 = blockIdx.y * 32;
  for (int r = threadIdx.y; r < 36; r += 8) {
    const int y = min(max(y0 + r - 2, 0), h - 1);
    for (int c = threadIdx.x; c < 36; c += 32)
      tile[r][c] = in[(size_t)y * w + min(max(x0 + c - 2, 0), w - 1)];
  }
  __syncthreads();
  const float k[5] = {1, 4, 6, 4, 1};
  float sum[4] = {};
#pragma unroll
  for (int r = 0; r < 8; r++) {
    const float *p = &tile[threadIdx.y * 4 + r][threadIdx.x];
    const float v[5] = {p[0], p[1], p[2], p[3], p[4]};
#pragma unroll
    for (int q = 0; q < 4; q++) {
      const int i = r - q;
      if (i < 0 || i > 4) continue;
#pragma unroll
      for (int j = 0; j < 5; j++) sum[q] += k[i] * k[j] * v[j];
    }
  }
  const int x = x0 + threadIdx.x;
  for (int q = 0; q < 4; q++) {
    const int y = y0 + threadIdx.y * 4 + q;
    if (x < w && y < h) out[(size_t)y * w + x] = sum[q] * (1.0f / 256.0f);
  }
}

// One block of 256 for each row of 4096, which stays in registers.
extern "C" __global__ void softmax(const float4 *__restrict__ x, float4 *__restrict__ out) {
  const size_t row = (size_t)blockIdx.x * 1024;
  float4 v[4];
  float top = -__int_as_float(0x7f800000);
#pragma unroll
  for (int q = 0; q < 4; q++) {
    v[q] = x[row + threadIdx.x + 256 * q];
    top = fmaxf(top, fmaxf(fmaxf(v[q].x, v[q].y), fmaxf(v[q].z, v[q].w)));
  }
  top = max_of_block(top);
  float sum = 0.0f;
#pragma unroll
  for (int q = 0; q < 4; q++) {
    v[q] = make_float4(expf(v[q].x - top), expf(v[q].y - top), expf(v[q].z - top), expf(v[q].w - top));
    sum += (v[q].x + v[q].y) + (v[q].z + v[q].w);
  }
  const float scale = 1.0f / sum_of_block(sum);
#pragma unroll
  for (int q = 0; q < 4; q++)
    out[row + threadIdx.x + 256 * q] =
        make_float4(v[q].x * scale, v[q].y * scale, v[q].z * scale, v[q].w * scale);
}

// `out` is zero before; every warp counts in a histogram of its own, sixteen bytes at a time.
extern "C" __global__ void histogram(const uint4 *__restrict__ words, int *out, unsigned long long n) {
  __shared__ int own[8][256];
  for (int q = 0; q < 8; q++) own[q][threadIdx.x] = 0;
  __syncthreads();
  int *mine = own[threadIdx.x >> 5];
  const unsigned long long step = (unsigned long long)gridDim.x * blockDim.x;
  for (unsigned long long i = (unsigned long long)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += step) {
    const uint4 v = words[i];
    const unsigned parts[4] = {v.x, v.y, v.z, v.w};
#pragma unroll
    for (int q = 0; q < 4; q++) {
      atomicAdd(&mine[parts[q] & 255], 1);
      atomicAdd(&mine[parts[q] >> 8 & 255], 1);
      atomicAdd(&mine[parts[q] >> 16 & 255], 1);
      atomicAdd(&mine[parts[q] >> 24], 1);
    }
  }
  __syncthreads();
  int sum = 0;
  for (int q = 0; q < 8; q++) sum += own[q][threadIdx.x];
  atomicAdd(&out[threadIdx.x], sum);
}

// 128 × 128 tiles of 256 threads, each 8 × 8 elements; the next tile is loaded while this one is used.
extern "C" __global__ void __launch_bounds__(256) matmul(const float *__restrict__ a, const float *__restrict__ b,
                                                         float *__restrict__ c, int m, int n, int k) {
  __shared__ float as[2][8][128], bs[2][8][128];
  const int t = threadIdx.x, tx = t & 15, ty = t >> 4;
  const size_t row = blockIdx.y * 128, col = blockIdx.x * 128;
  const float *pa = a + (row + (t >> 1)) * k + (t & 1) * 4;
  const float *pb = b + (size_t)(t >> 5) * n + col + (t & 31) * 4;
  float4 na = *(const float4 *)pa, nb = *(const float4 *)pb;
  float sum[8][8] = {};
  int side = 0;
  for (int p = 0; p < k; p += 8, side ^= 1) {
    as[side][(t & 1) * 4 + 0][t >> 1] = na.x;
    as[side][(t & 1) * 4 + 1][t >> 1] = na.y;
    as[side][(t & 1) * 4 + 2][t >> 1] = na.z;
    as[side][(t & 1) * 4 + 3][t >> 1] = na.w;
    *(float4 *)&bs[side][t >> 5][(t & 31) * 4] = nb;
    __syncthreads();
    if (p + 8 < k) {
      na = *(const float4 *)(pa + p + 8);
      nb = *(const float4 *)(pb + (size_t)(p + 8) * n);
    }
#pragma unroll
    for (int q = 0; q < 8; q++) {
      float x[8], y[8];
      *(float4 *)&x[0] = *(float4 *)&as[side][q][ty * 4];
      *(float4 *)&x[4] = *(float4 *)&as[side][q][64 + ty * 4];
      *(float4 *)&y[0] = *(float4 *)&bs[side][q][tx * 4];
      *(float4 *)&y[4] = *(float4 *)&bs[side][q][64 + tx * 4];
#pragma unroll
      for (int i = 0; i < 8; i++)
#pragma unroll
        for (int j = 0; j < 8; j++) sum[i][j] += x[i] * y[j];
    }
  }
#pragma unroll
  for (int i = 0; i < 8; i++) {
    const size_t r = row + (i < 4 ? ty * 4 + i : 64 + ty * 4 + i - 4);
    *(float4 *)&c[r * n + col + tx * 4] = *(float4 *)&sum[i][0];
    *(float4 *)&c[r * n + col + 64 + tx * 4] = *(float4 *)&sum[i][4];
  }
}
