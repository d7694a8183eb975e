/* Arithmetic on values of more than 128 bits: arrays of 64-bit words, the least significant first. Results are as long as ``n`` says;
   what lies beyond is cut. */

static inline void wide_add(uint64_t *r, int n, const uint64_t *a, const uint64_t *b)
{
    unsigned __int128 carry = 0;
    for (int i = 0; i < n; i++) {
        carry += (unsigned __int128)a[i] + b[i];
        r[i] = carry;
        carry >>= 64;
    }
}

static inline void wide_sub(uint64_t *r, int n, const uint64_t *a, const uint64_t *b)
{
    unsigned __int128 carry = 1;
    for (int i = 0; i < n; i++) {
        carry += (unsigned __int128)a[i] + ~b[i];
        r[i] = carry;
        carry >>= 64;
    }
}

static inline void wide_mul(uint64_t *r, int n, const uint64_t *a, const uint64_t *b)
{
    memset(r, 0, n * sizeof *r);
    for (int i = 0; i < n; i++) {
        unsigned __int128 carry = 0;
        for (int j = 0; i + j < n; j++) {
            carry += (unsigned __int128)a[i] * b[j] + r[i + j];
            r[i + j] = carry;
            carry >>= 64;
        }
    }
}

static inline void wide_shl(uint64_t *r, int n, const uint64_t *a, uint64_t amount)
{
    for (int i = n - 1; i >= 0; i--) {
        uint64_t from = i - amount / 64, bits = amount % 64;
        r[i] = amount >= 64ULL * (i + 1) ? 0 : a[from] << bits | (bits && from ? a[from - 1] >> (64 - bits) : 0);
    }
}

static inline void wide_shr(uint64_t *r, int n, const uint64_t *a, uint64_t amount)
{
    for (int i = 0; i < n; i++) {
        uint64_t from = i + amount / 64, bits = amount % 64;
        r[i] = from >= (uint64_t)n ? 0 : a[from] >> bits | (bits && from + 1 < (uint64_t)n ? a[from + 1] << (64 - bits) : 0);
    }
}
