// What a programmer would write by hand: plain CUDA C++, one kernel for each problem. Compiled with the
// compiler's defaults (products are fused into sums) while the benchmark runs.

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

extern "C" __global__ void saxpy(float a, const float *__restrict__ x, const float *__restrict__ y,
                                 float *__restrict__ out, unsigned long long n) {
  const unsigned long long i = (unsigned long long)blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) out[i] = a * x[i] + y[i];
}

__device__ __forceinline__ float sum_of_block(float v) {
  __shared__ float parts[32];
  for (int d = 16; d > 0; d >>= 1) v += __shfl_down_sync(0xffffffffu, v, d);
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
  for (int d = 16; d > 0; d >>= 1) v = fmaxf(v, __shfl_down_sync(0xffffffffu, v, d));
  const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
  __syncthreads();
  if (lane == 0) parts[warp] = v;
  __syncthreads();
  v = lane < blockDim.x / 32 ? parts[lane] : -__int_as_float(0x7f800000);
  for (int d = 16; d > 0; d >>= 1) v = fmaxf(v, __shfl_xor_sync(0xffffffffu, v, d));
  return v;
}

// `out` is zero before.
extern "C" __global__ void sum_of_squares(const float *__restrict__ x, float *out, unsigned long long n) {
  const unsigned long long step = (unsigned long long)gridDim.x * blockDim.x;
  float sum = 0.0f;
  for (unsigned long long i = (unsigned long long)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += step)
    sum += x[i] * x[i];
  sum = sum_of_block(sum);
  if (threadIdx.x == 0) atomicAdd(out, sum);
}

extern "C" __global__ void jacobi(const float *__restrict__ u, const float *__restrict__ f,
                                  float *__restrict__ out, int n, int m) {
  const int j = blockIdx.x * blockDim.x + threadIdx.x;
  const int i = blockIdx.y * blockDim.y + threadIdx.y;
  if (i >= n || j >= m) return;
  const size_t at = (size_t)i * m + j;
  const float above = i > 0 ? u[at - m] : 0.0f;
  const float below = i + 1 < n ? u[at + m] : 0.0f;
  const float before = j > 0 ? u[at - 1] : 0.0f;
  const float behind = j + 1 < m ? u[at + 1] : 0.0f;
  out[at] = 0.25f * (above + below + before + behind + f[at]);
}

extern "C" __global__ void heat(const float *__restrict__ u, float *__restrict__ out, float alpha, int l, int n, int m) {
  const int k = blockIdx.x * blockDim.x + threadIdx.x;
  const int j = blockIdx.y * blockDim.y + threadIdx.y;
  const int i = blockIdx.z * blockDim.z + threadIdx.z;
  if (i >= l || j >= n || k >= m) return;
  const size_t plane = (size_t)n * m;
  const size_t at = i * plane + (size_t)j * m + k;
  const float c = u[at];
  const float around = (i > 0 ? u[at - plane] : 0.0f) + (i + 1 < l ? u[at + plane] : 0.0f) +
                       (j > 0 ? u[at - m] : 0.0f) + (j + 1 < n ? u[at + m] : 0.0f) +
                       (k > 0 ? u[at - 1] : 0.0f) + (k + 1 < m ? u[at + 1] : 0.0f);
  out[at] = c + alpha * (around - 6.0f * c);
}

// 5 × 5 Gaussian through a tile in shared memory, clamped at the border; blocks of 32 × 8.
extern "C" __global__ void gaussian(const float *__restrict__ in, float *__restrict__ out, int h, int w) {
  __shared__ float tile[12][36];
  const int x0 = blockIdx.x * 32, y0 = blockIdx.y * 8;
  for (int t = threadIdx.y * 32 + threadIdx.x; t < 12 * 36; t += 256) {
    const int y = min(max(y0 + t / 36 - 2, 0), h - 1);
    const int x = min(max(x0 + t % 36 - 2, 0), w - 1);
    tile[t / 36][t % 36] = in[(size_t)y * w + x];
  }
  __syncthreads();
  const int x = x0 + threadIdx.x, y = y0 + threadIdx.y;
  if (x >= w || y >= h) return;
  const float k[5] = {1, 4, 6, 4, 1};
  float sum = 0.0f;
#pragma unroll
  for (int i = 0; i < 5; i++)
#pragma unroll
    for (int j = 0; j < 5; j++) sum += k[i] * k[j] * tile[threadIdx.y + i][threadIdx.x + j];
  out[(size_t)y * w + x] = sum * (1.0f / 256.0f);
}

// One block for each row.
extern "C" __global__ void softmax(const float *__restrict__ x, float *__restrict__ out, int m) {
  const float *row = x + (size_t)blockIdx.x * m;
  float *to = out + (size_t)blockIdx.x * m;
  float top = -__int_as_float(0x7f800000);
  for (int j = threadIdx.x; j < m; j += blockDim.x) top = fmaxf(top, row[j]);
  top = max_of_block(top);
  float sum = 0.0f;
  for (int j = threadIdx.x; j < m; j += blockDim.x) sum += expf(row[j] - top);
  const float scale = 1.0f / sum_of_block(sum);
  for (int j = threadIdx.x; j < m; j += blockDim.x) to[j] = expf(row[j] - top) * scale;
}

// `out` is zero before.
extern "C" __global__ void histogram(const unsigned *__restrict__ words, int *out, unsigned long long n) {
  __shared__ int own[256];
  own[threadIdx.x] = 0;
  __syncthreads();
  const unsigned long long step = (unsigned long long)gridDim.x * blockDim.x;
  for (unsigned long long i = (unsigned long long)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += step) {
    const unsigned word = words[i];
    atomicAdd(&own[word & 255], 1);
    atomicAdd(&own[word >> 8 & 255], 1);
    atomicAdd(&own[word >> 16 & 255], 1);
    atomicAdd(&own[word >> 24], 1);
  }
  __syncthreads();
  atomicAdd(&out[threadIdx.x], own[threadIdx.x]);
}

// 64 × 64 tiles of 16 × 16 threads, each 4 × 4 elements.
extern "C" __global__ void matmul(const float *__restrict__ a, const float *__restrict__ b, float *__restrict__ c,
                                  int m, int n, int k) {
  __shared__ float as[16][64], bs[16][64];
  const int tx = threadIdx.x, ty = threadIdx.y, t = ty * 16 + tx;
  const int row = blockIdx.y * 64, col = blockIdx.x * 64;
  float sum[4][4] = {};
  for (int p = 0; p < k; p += 16) {
    for (int q = t; q < 1024; q += 256) {
      as[q % 16][q / 16] = a[(size_t)(row + q / 16) * k + p + q % 16];
      bs[q / 64][q % 64] = b[(size_t)(p + q / 64) * n + col + q % 64];
    }
    __syncthreads();
#pragma unroll
    for (int q = 0; q < 16; q++) {
      float x[4], y[4];
      for (int i = 0; i < 4; i++) x[i] = as[q][ty * 4 + i], y[i] = bs[q][tx * 4 + i];
      for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++) sum[i][j] += x[i] * y[j];
    }
    __syncthreads();
  }
  for (int i = 0; i < 4; i++)
    for (int j = 0; j < 4; j++) c[(size_t)(row + ty * 4 + i) * n + col + tx * 4 + j] = sum[i][j];
}
