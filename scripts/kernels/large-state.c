/*
 * For kernels in user mode up to Linux 6.12, on processors with Intel AMX: LD_PRELOAD this.
 *
 * Such a kernel keeps 2696 bytes of a process's registers (arch/x86/um/user-offsets.c) and writes back as many; the host refuses that with EFAULT
 * unless it is the whole state (xstateregs_set in arch/x86/kernel/fpu/regset.c), which AMX makes 11008 bytes. This fills up the rest with zeros: tiles
 * in their initial state, since nobody on the kernel in user mode can ask for them. No headers, so that a compiler alone suffices.
 */
enum { SYS_ptrace = 101, PTRACE_PEEKUSER = 3, PTRACE_GETREGSET = 0x4204, PTRACE_SETREGSET = 0x4205, NT_X86_XSTATE = 0x202 };

struct iovec {
  char *base;
  unsigned long length;
};

extern int *__errno_location(void);

static long call(long request, long pid, long address, void *data) {
  register void *fourth __asm__("r10") = data;
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"((long)SYS_ptrace), "D"(request), "S"(pid), "d"(address), "r"(fourth)
                   : "rcx", "r11", "memory");
  if (result < 0) {
    *__errno_location() = (int)-result;
    return -1;
  }
  return result;
}

/* As libc has it. Its kernels run in one thread, so the buffer is safe. */
long ptrace(long request, int pid, long address, void *data) {
  static char state[65536];
  static unsigned long whole; /* bytes; 0 while unknown */
  if (request >= 1 && request <= PTRACE_PEEKUSER) {
    long word = 0;
    return call(request, pid, address, &word) < 0 ? -1 : word;
  }
  if (request != PTRACE_SETREGSET || address != NT_X86_XSTATE) {
    return call(request, pid, address, data);
  }
  if (whole == 0) {
    struct iovec all = {state, sizeof state};
    if (call(PTRACE_GETREGSET, pid, address, &all) < 0) {
      return -1;
    }
    whole = all.length;
  }
  const struct iovec *given = data;
  if (given->length >= whole) {
    return call(request, pid, address, data);
  }
  for (unsigned long index = 0; index < whole; index++) {
    state[index] = index < given->length ? given->base[index] : 0;
  }
  struct iovec all = {state, whole};
  return call(request, pid, address, &all);
}
