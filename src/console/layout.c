#include "layout.h"

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

void layout_split(int length, const part *parts, int count, int *sizes)
{
    int left = length > 0 ? length : 0, fills = 0;
    for (int i = 0; i < count; i++) {
        sizes[i] = smaller(parts[i].least, left);
        left -= sizes[i];
    }
    for (int i = 0; i < count; i++) {
        if (parts[i].kind == PART_FIT && parts[i].wants > sizes[i]) {
            int more = smaller(parts[i].wants - sizes[i], left);
            sizes[i] += more;
            left -= more;
        }
        fills += parts[i].kind == PART_FILL;
    }
    for (int i = 0; i < count && fills > 0; i++) {
        if (parts[i].kind != PART_FILL)
            continue;
        int more = left / fills--;
        sizes[i] += more;
        left -= more;
    }
}
