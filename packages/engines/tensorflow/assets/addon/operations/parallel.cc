#include "parallel.h"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>

namespace gramkit {
namespace {

using Task = std::function<void(int64_t)>;

class Pool {
 public:
  explicit Pool(int workers) : workers_(workers) {
    // Signals are Node's own threads' business.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (int worker = 0; worker < workers; ++worker) std::thread([this] { Work(); }).detach();
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  /** False, with nothing done, where the pool is at work for another caller. */
  bool Run(int64_t tasks, const Task& task) {
    if (workers_ == 0 || busy_.test_and_set(std::memory_order_acquire)) return false;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      task_ = &task;
      tasks_ = tasks;
      next_.store(0, std::memory_order_relaxed);
      ++round_;
    }
    for (int64_t helper = 0; helper < std::min<int64_t>(workers_, tasks - 1); ++helper) wake_.notify_one();
    Drain(task, tasks);
    Finish();
    busy_.clear(std::memory_order_release);
    return true;
  }

 private:
  void Drain(const Task& task, int64_t tasks) {
    for (int64_t index = next_.fetch_add(1); index < tasks; index = next_.fetch_add(1)) task(index);
  }

  /** Waits for workers that are amid a task; those that have not woken yet find nothing to do. */
  void Finish() {
    std::unique_lock<std::mutex> lock(mutex_);
    task_ = nullptr;
    if (running_ == 0) return;
    lock.unlock();
    // A worker's last task is mostly done sooner than this thread would fall asleep and be woken.
    const auto patience = std::chrono::steady_clock::now() + std::chrono::microseconds(20);
    while (running_.load(std::memory_order_acquire) != 0 && std::chrono::steady_clock::now() < patience) {
    }
    lock.lock();
    done_.wait(lock, [this] { return running_ == 0; });
  }

  void Work() {
    uint64_t seen = 0;
    std::unique_lock<std::mutex> lock(mutex_);
    for (;;) {
      wake_.wait(lock, [&] { return task_ != nullptr && round_ != seen; });
      seen = round_;
      const Task& task = *task_;
      const int64_t tasks = tasks_;
      ++running_;
      lock.unlock();
      Drain(task, tasks);
      lock.lock();
      if (--running_ == 0) done_.notify_one();
    }
  }

  const int workers_;
  std::atomic_flag busy_ = ATOMIC_FLAG_INIT;
  std::mutex mutex_;
  std::condition_variable wake_, done_;
  // All below are written under the mutex, `next_` excepted.
  const Task* task_ = nullptr;
  int64_t tasks_ = 0;
  uint64_t round_ = 0;
  std::atomic<int> running_{0};
  std::atomic<int64_t> next_{0};
};

int Threads() {
  const char* wanted = std::getenv("TF_NUM_INTRAOP_THREADS");
  const int threads = wanted == nullptr ? 0 : std::atoi(wanted);
  return std::max(1, threads > 0 ? threads : static_cast<int>(std::thread::hardware_concurrency()));
}

/** Started at the first use and never destroyed: at the process's exit its threads still wait in it. */
Pool& ThePool() {
  static Pool& pool = *new Pool(Threads() - 1);
  return pool;
}

}  // namespace

void ParallelFor(int64_t tasks, const Task& task) {
  if (tasks > 1 && ThePool().Run(tasks, task)) return;
  for (int64_t index = 0; index < tasks; ++index) task(index);
}

void ParallelRanges(int64_t count, int64_t grain, const std::function<void(int64_t, int64_t)>& body) {
  // More ranges would only cost more calls: no machine has threads for them.
  constexpr int64_t most = 512;
  const int64_t length = std::max(std::max<int64_t>(grain, 1), (count + most - 1) / most);
  ParallelFor((count + length - 1) / length, [&](int64_t range) { body(range * length, std::min(count, (range + 1) * length)); });
}

}  // namespace gramkit
