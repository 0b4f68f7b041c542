/*
 * What a C programmer writes for the kernels of the table: plain loops, OpenMP on the outermost one,
 * contiguous accesses innermost. Compiled with gcc -O3 -march=native -ffast-math -fopenmp.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef const float *restrict in;
typedef float *restrict out;

void saxpy(float a, in x, in y, out r, int64_t n) {
#pragma omp parallel for simd
  for (int64_t i = 0; i < n; i++) r[i] = a * x[i] + y[i];
}

float squares(in x, int64_t n) {
  float s = 0;
#pragma omp parallel for simd reduction(+ : s)
  for (int64_t i = 0; i < n; i++) s += x[i] * x[i];
  return s;
}

void jacobi2d(in u, in f, out r, int64_t n, int64_t m) {
#pragma omp parallel for
  for (int64_t i = 0; i < n; i++) {
    for (int64_t j = 0; j < m; j++) {
      float up = i > 0 ? u[(i - 1) * m + j] : 0, down = i < n - 1 ? u[(i + 1) * m + j] : 0;
      float left = j > 0 ? u[i * m + j - 1] : 0, right = j < m - 1 ? u[i * m + j + 1] : 0;
      r[i * m + j] = 0.25f * (up + down + left + right + f[i * m + j]);
    }
  }
}

static float at3(in u, int64_t l, int64_t n, int64_t m, int64_t i, int64_t j, int64_t k) {
  return i < 0 || i >= l || j < 0 || j >= n || k < 0 || k >= m ? 0 : u[(i * n + j) * m + k];
}

static void heat3d_step(in u, out r, float alpha, int64_t l, int64_t n, int64_t m) {
#pragma omp parallel for
  for (int64_t i = 0; i < l; i++) {
    for (int64_t j = 0; j < n; j++) {
      int64_t row = (i * n + j) * m;
      if (i == 0 || i == l - 1 || j == 0 || j == n - 1) {
        for (int64_t k = 0; k < m; k++) {
          float around = at3(u, l, n, m, i - 1, j, k) + at3(u, l, n, m, i + 1, j, k) +
                         at3(u, l, n, m, i, j - 1, k) + at3(u, l, n, m, i, j + 1, k) +
                         at3(u, l, n, m, i, j, k - 1) + at3(u, l, n, m, i, j, k + 1);
          r[row + k] = u[row + k] + alpha * (around - 6 * u[row + k]);
        }
        continue;
      }
      r[row] = u[row] + alpha * (u[row - n * m] + u[row + n * m] + u[row - m] + u[row + m] + u[row + 1] - 6 * u[row]);
      for (int64_t k = 1; k < m - 1; k++) {
        float around = u[row + k - n * m] + u[row + k + n * m] + u[row + k - m] + u[row + k + m] +
                       u[row + k - 1] + u[row + k + 1];
        r[row + k] = u[row + k] + alpha * (around - 6 * u[row + k]);
      }
      int64_t e = row + m - 1;
      r[e] = u[e] + alpha * (u[e - n * m] + u[e + n * m] + u[e - m] + u[e + m] + u[e - 1] - 6 * u[e]);
    }
  }
}

void heat3d(in u, float alpha, int32_t steps, out r, int64_t l, int64_t n, int64_t m) {
  size_t bytes = (size_t)(l * n * m) * sizeof(float);
  float *a = malloc(bytes), *b = malloc(bytes);
  memcpy(a, u, bytes);
  for (int32_t s = 0; s < steps; s++) {
    heat3d_step(a, b, alpha, l, n, m);
    float *t = a;
    a = b;
    b = t;
  }
  memcpy(r, a, bytes);
  free(a);
  free(b);
}

static int64_t bound(int64_t i, int64_t n) { return i < 0 ? 0 : i >= n ? n - 1 : i; }

void gaussian(in u, out r, int64_t h, int64_t w) {
  static const float k[5] = {1, 4, 6, 4, 1};
#pragma omp parallel for
  for (int64_t i = 0; i < h; i++) {
    const float *rows[5];
    for (int d = 0; d < 5; d++) rows[d] = u + bound(i + d - 2, h) * w;
    for (int64_t j = 0; j < w; j++) {
      if (j == 2 && w > 4) {
        for (; j < w - 2; j++) {
          float s = 0;
          for (int a = 0; a < 5; a++)
            for (int b = 0; b < 5; b++) s += k[a] * k[b] * rows[a][j + b - 2];
          r[i * w + j] = s / 256;
        }
      }
      float s = 0;
      for (int a = 0; a < 5; a++)
        for (int b = 0; b < 5; b++) s += k[a] * k[b] * rows[a][bound(j + b - 2, w)];
      r[i * w + j] = s / 256;
    }
  }
}

void softmax(in x, out r, int64_t n, int64_t m) {
#pragma omp parallel for
  for (int64_t i = 0; i < n; i++) {
    float top = x[i * m], total = 0;
    for (int64_t j = 1; j < m; j++) top = x[i * m + j] > top ? x[i * m + j] : top;
    for (int64_t j = 0; j < m; j++) total += r[i * m + j] = expf(x[i * m + j] - top);
    for (int64_t j = 0; j < m; j++) r[i * m + j] /= total;
  }
}

static float normal(float x) { return 0.5f + 0.5f * erff(x * 0.70710678f); }

void black_scholes(in spot, in strike, in years, float rate, float volatility, out call, out put, int64_t n) {
#pragma omp parallel for
  for (int64_t i = 0; i < n; i++) {
    float s = spot[i], k = strike[i], t = years[i], spread = volatility * sqrtf(t);
    float d = (logf(s / k) + (rate + 0.5f * volatility * volatility) * t) / spread;
    float later = k * expf(-rate * t);
    call[i] = s * normal(d) - later * normal(d - spread);
    put[i] = call[i] - s + later;
  }
}

void mandelbrot(int32_t height, int32_t width, int32_t limit, int32_t *restrict r) {
#pragma omp parallel for schedule(dynamic)
  for (int32_t i = 0; i < height; i++) {
    for (int32_t j = 0; j < width; j++) {
      float cx = 3 * ((float)j / (float)width) - 2, cy = 2.4f * ((float)i / (float)height) - 1.2f;
      float x = 0, y = 0;
      int32_t steps = 0;
      while (steps < limit && x * x + y * y <= 4) {
        float next = x * x - y * y + cx;
        y = 2 * x * y + cy;
        x = next;
        steps++;
      }
      r[i * width + j] = steps;
    }
  }
}

static float surround(in u, int64_t i, int64_t j, int64_t h, int64_t w) {
  int64_t a = bound(i - 1, h) * w, b = i * w, c = bound(i + 1, h) * w, l = bound(j - 1, w), r = bound(j + 1, w);
  return (u[a + j] + u[c + j] + u[b + l] + u[b + r]) / 6 + (u[a + l] + u[a + r] + u[c + l] + u[c + r]) / 12;
}

void horn_schunck(in first, in second, float smoothness, int32_t steps, out u, out v, int64_t h, int64_t w) {
  size_t bytes = (size_t)(h * w) * sizeof(float);
  float *dx = malloc(bytes), *dy = malloc(bytes), *dt = malloc(bytes), *a = calloc(1, bytes), *b = calloc(1, bytes);
  float *c = malloc(bytes), *d = malloc(bytes);
#pragma omp parallel for
  for (int64_t i = 0; i < h; i++) {
    for (int64_t j = 0; j < w; j++) {
      int64_t p = i * w + j, q = i * w + bound(j + 1, w), s = bound(i + 1, h) * w + j, t = bound(i + 1, h) * w + bound(j + 1, w);
      dx[p] = 0.25f * (first[q] - first[p] + first[t] - first[s] + second[q] - second[p] + second[t] - second[s]);
      dy[p] = 0.25f * (first[s] - first[p] + first[t] - first[q] + second[s] - second[p] + second[t] - second[q]);
      dt[p] = 0.25f * (second[p] + second[q] + second[s] + second[t] - first[p] - first[q] - first[s] - first[t]);
    }
  }
  for (int32_t step = 0; step < steps; step++) {
#pragma omp parallel for
    for (int64_t i = 0; i < h; i++) {
      for (int64_t j = 0; j < w; j++) {
        int64_t p = i * w + j;
        float x = dx[p], y = dy[p], mean_u = surround(a, i, j, h, w), mean_v = surround(b, i, j, h, w);
        float pull = (x * mean_u + y * mean_v + dt[p]) / (smoothness * smoothness + x * x + y * y);
        c[p] = mean_u - x * pull;
        d[p] = mean_v - y * pull;
      }
    }
    float *t = a;
    a = c;
    c = t;
    t = b;
    b = d;
    d = t;
  }
  memcpy(u, a, bytes);
  memcpy(v, b, bytes);
  float *all[] = {dx, dy, dt, a, b, c, d};
  for (int i = 0; i < 7; i++) free(all[i]);
}

double expectation(const double *restrict points, const double *restrict weight, const double *restrict center,
                   const double *restrict variance, double *restrict responsibility, int64_t n, int64_t k, int64_t d) {
  double likelihood = 0;
  double *offset = malloc((size_t)k * sizeof(double)), *inverse = malloc((size_t)(k * d) * sizeof(double));
  for (int64_t c = 0; c < k; c++) {
    offset[c] = log(weight[c]);
    for (int64_t p = 0; p < d; p++) {
      offset[c] -= 0.5 * log(2 * M_PI * variance[c * d + p]);
      inverse[c * d + p] = 1 / variance[c * d + p];
    }
  }
#pragma omp parallel for reduction(+ : likelihood)
  for (int64_t i = 0; i < n; i++) {
    double *row = responsibility + i * k, top = -INFINITY, total = 0;
    for (int64_t c = 0; c < k; c++) {
      double s = 0;
      for (int64_t p = 0; p < d; p++) {
        double away = points[i * d + p] - center[c * d + p];
        s += away * away * inverse[c * d + p];
      }
      row[c] = offset[c] - 0.5 * s;
      top = row[c] > top ? row[c] : top;
    }
    for (int64_t c = 0; c < k; c++) total += exp(row[c] - top);
    double norm = top + log(total);
    for (int64_t c = 0; c < k; c++) row[c] = exp(row[c] - norm);
    likelihood += norm;
  }
  free(offset);
  free(inverse);
  return likelihood;
}
