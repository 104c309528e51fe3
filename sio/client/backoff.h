// sio/client/backoff.h - how long a client waits before it tries again, as the reference counts:
//
//   attempt   0      1      2      3      4 ...
//   delay     min   2·min  4·min  8·min  16·min    in milliseconds
//   jitter    dev = floor(r · factor · delay), r from 0 to below 1;
//             minus dev where floor(10 · r) is even, else plus; then at most max, truncated
//
// (codec)
#pragma once
#include "net/time.h"

namespace strata::sio {

class Backoff {
 public:
  // `factor` outside of 0 to 1 counts as 0.
  Backoff(net::Duration min, net::Duration max, double factor);
  net::Duration next(double random);  // `random`: from 0 to below 1
  unsigned attempts() const { return attempts_; }
  void reset() { attempts_ = 0; }
  net::Duration min() const { return min_; }
  net::Duration max() const { return max_; }
  double factor() const { return factor_; }
  void set_min(net::Duration min) { min_ = min; }
  void set_max(net::Duration max) { max_ = max; }
  void set_factor(double factor);

 private:
  net::Duration min_;
  net::Duration max_;
  double factor_;
  unsigned attempts_ = 0;
};

}  // namespace strata::sio
