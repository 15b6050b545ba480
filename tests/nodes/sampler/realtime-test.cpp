// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Traps what an audio thread must not do: allocations and locks by taking glibc's place for them, system
// calls by a filter that the kernel applies to the thread alone, page faults by asking for their number.

#include "tests/nodes/sampler/support.hpp"

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <dlfcn.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <random>
#include <string>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <thread>
#include <vector>

namespace
{

thread_local bool playing = false;
std::atomic<int> allocations = 0;
std::atomic<int> locks = 0;
std::atomic<int> system_calls = 0;
std::atomic<int> last_system_call = -1;

void count(std::atomic<int>& what) noexcept
{
    if (playing)
        ++what;
}

} // namespace

extern "C" {

void* __libc_malloc(std::size_t size);
void __libc_free(void* memory);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);

void* malloc(std::size_t size)
{
    count(allocations);
    return __libc_malloc(size);
}

void free(void* memory)
{
    count(allocations);
    __libc_free(memory);
}

void* calloc(std::size_t number, std::size_t size)
{
    count(allocations);
    return __libc_calloc(number, size);
}

void* realloc(void* memory, std::size_t size)
{
    count(allocations);
    return __libc_realloc(memory, size);
}

void* aligned_alloc(std::size_t alignment, std::size_t size)
{
    count(allocations);
    return __libc_memalign(alignment, size);
}

int pthread_mutex_lock(pthread_mutex_t* mutex)
{
    using Lock = int (*)(pthread_mutex_t*);
    static const auto real = reinterpret_cast<Lock>(dlsym(RTLD_NEXT, "pthread_mutex_lock"));
    count(locks);
    return real(mutex);
}
}

using namespace decant::sampler;
using namespace decant::sampler::test;

namespace
{

void on_system_call(int, siginfo_t* info, void*)
{
    count(system_calls);
    if (playing)
        last_system_call = info->si_syscall;
}

// From here on the calling thread's system calls raise SIGSYS, but for those that its end takes.
bool trap_system_calls()
{
    struct sigaction action{};
    action.sa_sigaction = on_system_call;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGSYS, &action, nullptr);
    const auto allow = [](std::uint32_t number) {
        return std::array<sock_filter, 2>{sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
                                          sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    };
    std::vector<sock_filter> program{
        sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
    for (const int number : {SYS_exit, SYS_exit_group, SYS_rt_sigreturn, SYS_rt_sigprocmask, SYS_munmap,
                             SYS_madvise, SYS_futex, SYS_getrusage})
        for (const sock_filter& instruction : allow(static_cast<std::uint32_t>(number)))
            program.push_back(instruction);
    program.push_back(sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP));
    const sock_fprog filter{.len = static_cast<unsigned short>(program.size()), .filter = program.data()};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

void skip_where_nothing_can_be_trapped()
{
    if (prctl(PR_GET_SECCOMP) < 0)
        SKIP("the system has no filters for system calls, as QEMU has none for the programs of another "
             "processor");
}

long page_faults()
{
    rusage usage{};
    getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_minflt + usage.ru_majflt;
}

// Plays 400 blocks with all that a player does; the events are made before.
class Performance
{
    static constexpr std::uint32_t frames = 128;

    std::vector<std::vector<At>> messages_;
    std::vector<std::vector<decant::nodes::MidiEvent>> blocks_;
    std::array<float, frames> left_{};
    std::array<float, frames> right_{};

public:
    Performance() : messages_(400), blocks_(400)
    {
        std::mt19937 random(7);
        for (std::size_t block = 0; block < messages_.size(); ++block) {
            for (std::uint32_t frame = 0; frame < frames; frame += 16) {
                const int key = static_cast<int>(random() % 128);
                messages_[block].push_back(note_on(frame, key, 1 + static_cast<int>(random() % 127)));
                messages_[block].push_back(note_off(frame, static_cast<int>(random() % 128)));
                messages_[block].push_back(
                    {.frame = frame,
                     .bytes = {},
                     .midi2 = {0x40000000 | static_cast<std::uint32_t>(random() & 0xf07f7f),
                               static_cast<std::uint32_t>(random())}});
            }
            messages_[block].push_back(bend(100, static_cast<int>(random() % 16384) - 8192));
            messages_[block].push_back(control(100, 7, static_cast<int>(random() % 128)));
            messages_[block].push_back(control(100, 64, static_cast<int>(random() % 128)));
            for (const At& message : messages_[block])
                blocks_[block].push_back(
                    {.frame = message.frame, .bytes = message.bytes, .midi2 = message.midi2});
        }
    }

    void play(Sampler& sampler)
    {
        const std::array<float*, 2> outputs = {left_.data(), right_.data()};
        for (const auto& events : blocks_) {
            const decant::nodes::Cycle cycle{.frames = frames,
                                             .rate = 48'000,
                                             .start_nsec = 0,
                                             .deadline_nsec = 1, // long ago: voices have to go
                                             .freewheel = false,
                                             .transport = {},
                                             .inputs = {},
                                             .outputs = outputs,
                                             .midi_in = events,
                                             .midi_out = nullptr};
            sampler.process(cycle);
        }
    }
};

} // namespace

TEST_CASE("the audio thread neither allocates nor locks, makes no system call and meets no page fault")
{
    skip_where_nothing_can_be_trapped();
    const TemporaryDirectory directory;
    directory.write("a.wav", wav(sine(441, 44'100, 44'100), {.rate = 44'100}));
    directory.write("b.wav", wav(sine(441, 44'100, 88'200), {.rate = 44'100, .channels = 2, .bits = 24}));
    directory.write("c.wav", wav(sine(441, 44'100, 882'000), {.rate = 44'100})); // streamed
    const auto file =
        instrument(directory, "<region> sample=c.wav\n"
                              "<region> sample=a.wav loop_mode=loop_continuous ampeg_release=0.1\n"
                              "<region> sample=b.wav cutoff=900 resonance=6 fil_keytrack=50 "
                              "loop_mode=loop_sustain ampeg_attack=0.1 ampeg_decay=0.2\n"
                              "<region> sample=a.wav fil_type=pink fil2_type=comb cutoff2=441 resonance2=12 "
                              "lfo1_beats=1 lfo1_pitch=50 var1_oncc1=1 "
                              "var1_volume=6 eg1_time1=0.01 eg1_level1=1 eg1_sustain=1 eg1_loop=0 "
                              "eg1_pitch=100 delay_beats=0.001\n"
                              "<region> sample=a.wav trigger=release group=1 off_by=1\n");
    const auto loaded = load_instrument(file).instrument;
    for (std::size_t quality = 0; quality < qualities; ++quality) {
        Sampler sampler({.polyphony = 64, .quality = static_cast<Quality>(quality)});
        sampler.play(loaded);
        Performance performance;
        bool trapped = false;
        long faults = 0;
        std::thread([&] {
            performance.play(sampler); // the stack's pages, and what the dynamic linker puts off
            trapped = trap_system_calls();
            const long before = page_faults();
            playing = true;
            performance.play(sampler);
            playing = false;
            faults = page_faults() - before;
        }).join();
        INFO("quality " << quality << ", last system call " << last_system_call);
        CHECK(trapped);
        CHECK(allocations == 0);
        CHECK(locks == 0);
        CHECK(system_calls == 0);
        CHECK(faults == 0);
        CHECK(sampler.stats().steals > 0);
        CHECK(sampler.stats().sacrifices > 0);
    }
}

TEST_CASE("the traps catch what they are for")
{
    skip_where_nothing_can_be_trapped();
    std::thread([] {
        playing = true;
        std::free(std::malloc(100)); // NOLINT
        pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
        pthread_mutex_lock(&mutex);
        pthread_mutex_unlock(&mutex);
        playing = false;
        if (trap_system_calls()) {
            playing = true;
            syscall(SYS_getppid);
            playing = false;
        }
    }).join();
    CHECK(allocations.exchange(0) >= 2);
    CHECK(locks.exchange(0) >= 1);
    CHECK(system_calls.exchange(0) == 1);
    CHECK(last_system_call == SYS_getppid);
}
