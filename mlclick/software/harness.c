/* Drives a compiled machine that needs nobody to drive it: its path is the argument. For counting instructions. */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>

int main(int count, char **words)
{
    void *library = count > 1 ? dlopen(words[1], RTLD_NOW) : NULL;
    if (!library) { fprintf(stderr, "%s\n", count > 1 ? dlerror() : "no library is named"); return 1; }
    void *(*make)(int, int, uint64_t, void *) = (void *(*)(int, int, uint64_t, void *))dlsym(library, "machine_new");
    int (*drive)(void *) = (int (*)(void *))dlsym(library, "machine_drive");
    if (!make || !drive) { fprintf(stderr, "%s is no machine\n", words[1]); return 1; }
    drive(make(1, 0, 1000000000, NULL));
    return 0;
}
