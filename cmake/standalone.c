/* Emscripten's allocator tells its JavaScript when memory has grown. Ours looks at memory anew
 * after every call, so the module answers this itself and needs one import less. */
#include <stddef.h>

void emscripten_notify_memory_growth(size_t memory_index);

void emscripten_notify_memory_growth(size_t memory_index)
{
    (void)memory_index;
}
