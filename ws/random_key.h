// ws/random_key.h - masking keys that no script can foresee, rfc6455-5.3.
#pragma once
#include "ws/frame.h"

namespace strata::ws {

// From the kernel, 64 for one call.
//   Errors:  throws std::system_error where the kernel gives none: nothing may go out unmasked.
//   Threads: any.
MaskingKey random_key();

}  // namespace strata::ws
