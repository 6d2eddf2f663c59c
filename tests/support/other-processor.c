/*
 * Loaded into Python and ffmpeg (LD_PRELOAD), makes them believe that they run on another processor: OTHER_PROCESSOR, given to
 * the compiler, is "intel" and hides everything beyond AVX2, or "amd" and also says that it is AMD's, with other caches. Linux on
 * x86-64, where the kernel lets a program forbid itself the CPUID instruction ("cpuid_fault" in /proc/cpuinfo).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

enum { SET_CPUID = 0x1012, ALLOWED = 1, FORBIDDEN = 0 };
enum { A, B, C, D };

static int amd;

/* Leaf 7, subleaves 0 and 1: AVX-512, AMX, AVX-VNNI, AVX-IFMA. */
static const uint32_t BEYOND_AVX2[2][4] = {
    {0, 0xdc230000, 0x00005842, 0x03c0010c},
    {0x00a00030, 0, 0, 0xffffffff},
};
/* Leaf 0x8000001d: 32 KiB of L1 for data and for code, 512 KiB of L2, 16 MiB of L3. */
static const uint32_t AMD_CACHES[4][4] = {
    {0x121, 0x01c0003f, 63, 0},
    {0x122, 0x01c0003f, 63, 0},
    {0x143, 0x01c0003f, 1023, 2},
    {0x163, 0x03c0003f, 16383, 1},
};

static void as_amd(uint32_t leaf, uint32_t subleaf, uint32_t seen[4]) {
    switch (leaf) {
    case 0:
        seen[A] = 0x10;
        memcpy(&seen[B], "Auth", 4);
        memcpy(&seen[D], "enti", 4);
        memcpy(&seen[C], "cAMD", 4);
        break;
    case 1:
        seen[A] = 0x00a20f10;
        break;
    case 4:
        memset(seen, 0, 16);
        break;
    case 0x80000000:
        seen[A] = 0x80000021;
        break;
    case 0x80000001:
        seen[C] |= 1u << 22;
        break;
    case 0x80000005:
        memcpy(seen, (uint32_t[4]){0xff40ff40, 0xff40ff40, 0x20080140, 0x20080140}, 16);
        break;
    case 0x80000006:
        memcpy(seen, (uint32_t[4]){0x48002200, 0x68004200, 0x02006140, 0x00408140}, 16);
        break;
    case 0x8000001d:
        memset(seen, 0, 16);
        if (subleaf < 4) memcpy(seen, AMD_CACHES[subleaf], 16);
        break;
    }
}

static void answer(uint32_t leaf, uint32_t subleaf, uint32_t seen[4]) {
    __asm__ volatile("cpuid" : "=a"(seen[A]), "=b"(seen[B]), "=c"(seen[C]), "=d"(seen[D]) : "a"(leaf), "c"(subleaf));
    if (leaf == 7 && subleaf < 2)
        for (int at = A; at <= D; at++) seen[at] &= ~BEYOND_AVX2[subleaf][at];
    /* State that the system saves: x87, SSE, AVX. */
    if (leaf == 0xd && subleaf == 0) seen[A] &= 7;
    if (leaf == 0x1d || leaf == 0x1e || leaf == 0x24) memset(seen, 0, 16);
    if (amd) as_amd(leaf, subleaf, seen);
}

static void on_fault(int number, siginfo_t *info, void *context) {
    greg_t *at = ((ucontext_t *)context)->uc_mcontext.gregs;
    const uint8_t *code = (const uint8_t *)at[REG_RIP];
    (void)info;
    if (code == NULL || code[0] != 0x0f || code[1] != 0xa2) {
        signal(number, SIG_DFL);
        return;
    }
    uint32_t seen[4];
    syscall(SYS_arch_prctl, SET_CPUID, ALLOWED);
    answer(at[REG_RAX], at[REG_RCX], seen);
    syscall(SYS_arch_prctl, SET_CPUID, FORBIDDEN);
    at[REG_RAX] = seen[A];
    at[REG_RBX] = seen[B];
    at[REG_RCX] = seen[C];
    at[REG_RDX] = seen[D];
    at[REG_RIP] += 2;
}

__attribute__((constructor)) static void begin(void) {
    const char *name = program_invocation_short_name;
    if (strncmp(name, "python", 6) != 0 && strncmp(name, "ffmpeg", 6) != 0) return;
    amd = strcmp(OTHER_PROCESSOR, "amd") == 0;
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK};
    sigaction(SIGSEGV, &action, NULL);
    if (syscall(SYS_arch_prctl, SET_CPUID, FORBIDDEN) != 0) _exit(99);
}
