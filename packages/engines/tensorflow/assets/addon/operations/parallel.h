// Threads of our own: TensorFlow's are out of reach of its C interface for kernels.
#pragma once

#include <cstdint>
#include <functional>

namespace gramkit {

/**
 * Runs `task(0)` to `task(tasks - 1)`, in any order, on this thread and on the pool's (as many altogether as TF_NUM_INTRAOP_THREADS says,
 * else as there are processors). Where another operation has the pool, this thread does all of them itself.
 * Tasks write to places of their own; what is summed over tasks is summed afterwards, in order, so that no result depends on the threads.
 */
void ParallelFor(int64_t tasks, const std::function<void(int64_t)>& task);

/** `body(first, past)` over consecutive ranges of [0, count), each of about `grain` or, of a great many, more. */
void ParallelRanges(int64_t count, int64_t grain, const std::function<void(int64_t, int64_t)>& body);

}  // namespace gramkit
