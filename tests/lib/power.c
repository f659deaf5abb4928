#include "lib/power.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTOR 512

typedef enum { OP_CREATE, OP_WRITE, OP_TRUNCATE, OP_DELETE, OP_SYNC, OP_ACKNOWLEDGE } op_kind;

typedef struct op {
    op_kind kind;
    guint file;    /* index into names */
    gint64 at;     /* offset, size, or count */
    GBytes *bytes; /* of a write */
    bool folder;   /* of a sync or deletion: the folder was synced with it */
} op;

static GPtrArray *names; /* base names of the files */
static GArray *ops;
static bool noting;

static void note(op_kind kind, const char *path, gint64 at, const void *bytes, gsize length, bool folder)
{
    if (!noting)
        return;
    op made = { kind, 0, at, bytes != NULL ? g_bytes_new(bytes, length) : NULL, folder };
    g_autofree char *name = g_path_get_basename(path != NULL ? path : "-");
    if (path != NULL && !g_ptr_array_find_with_equal_func(names, name, g_str_equal, &made.file)) {
        made.file = names->len;
        g_ptr_array_add(names, g_steal_pointer(&name));
    }
    g_array_append_val(ops, made);
}

static void op_clear(gpointer self)
{
    g_clear_pointer(&((op *)self)->bytes, g_bytes_unref);
}

void power_forget(void)
{
    g_clear_pointer(&names, g_ptr_array_unref);
    g_clear_pointer(&ops, g_array_unref);
    names = g_ptr_array_new_with_free_func(g_free);
    ops = g_array_new(FALSE, FALSE, sizeof(op));
    g_array_set_clear_func(ops, op_clear);
    noting = true;
}

void power_acknowledge(gint64 count)
{
    note(OP_ACKNOWLEDGE, NULL, count, NULL, 0, false);
}

/* ---- failures ---- */

static struct {
    guint calls, at;
    int number;
    bool for_good;
} injected;

guint power_inject(guint n, int number, bool for_good)
{
    guint calls = injected.calls;
    injected.calls = 0;
    injected.at = n;
    injected.number = number;
    injected.for_good = for_good;
    return calls;
}

/* As SQLite's own VFS answers: a full disk has a code of its own. */
static int struck(int code)
{
    injected.calls++;
    bool hit = injected.at > 0 &&
               (injected.calls == injected.at || (injected.for_good && injected.calls > injected.at));
    if (!hit)
        return SQLITE_OK;
    errno = injected.number;
    return code == SQLITE_IOERR_WRITE && injected.number == ENOSPC ? SQLITE_FULL : code;
}

/* ---- the VFS ---- */

typedef struct watched {
    sqlite3_file base;
    char *path;  /* NULL: of no interest */
    bool unborn; /* a journal whose folder was not synced since it was made */
    sqlite3_file *real;
} watched;

static sqlite3_vfs *real_vfs;
#define REAL(file) (((watched *)(file))->real)
#define PASS(call, ...) REAL(file)->pMethods->call(__VA_ARGS__) /* every method here has its file as `file` */

static int on_close(sqlite3_file *file)
{
    watched *self = (watched *)file;
    g_clear_pointer(&self->path, g_free);
    return PASS(xClose, REAL(file));
}
static int on_read(sqlite3_file *file, void *into, int length, sqlite3_int64 at)
{
    return PASS(xRead, REAL(file), into, length, at);
}
static int on_write(sqlite3_file *file, const void *bytes, int length, sqlite3_int64 at)
{
    const watched *self = (watched *)file;
    int failed = struck(SQLITE_IOERR_WRITE);
    if (failed != SQLITE_OK)
        return failed;
    if (self->path != NULL)
        note(OP_WRITE, self->path, at, bytes, (gsize)length, false);
    return PASS(xWrite, REAL(file), bytes, length, at);
}
static int on_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    const watched *self = (watched *)file;
    int failed = struck(SQLITE_IOERR_TRUNCATE);
    if (failed != SQLITE_OK)
        return failed;
    if (self->path != NULL)
        note(OP_TRUNCATE, self->path, size, NULL, 0, false);
    return PASS(xTruncate, REAL(file), size);
}
static int on_sync(sqlite3_file *file, int flags)
{
    watched *self = (watched *)file;
    int failed = struck(SQLITE_IOERR_FSYNC);
    if (failed != SQLITE_OK)
        return failed;
    if (self->path != NULL)
        note(OP_SYNC, self->path, 0, NULL, 0, self->unborn);
    self->unborn = false;
    return PASS(xSync, REAL(file), flags);
}
static int on_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return PASS(xFileSize, REAL(file), size);
}
static int on_lock(sqlite3_file *file, int level)
{
    return PASS(xLock, REAL(file), level);
}
static int on_unlock(sqlite3_file *file, int level)
{
    return PASS(xUnlock, REAL(file), level);
}
static int on_reserved(sqlite3_file *file, int *result)
{
    return PASS(xCheckReservedLock, REAL(file), result);
}
static int on_control(sqlite3_file *file, int code, void *value)
{
    return PASS(xFileControl, REAL(file), code, value);
}
static int on_sector(sqlite3_file *file)
{
    return PASS(xSectorSize, REAL(file));
}
static int on_traits(sqlite3_file *file)
{
    return PASS(xDeviceCharacteristics, REAL(file));
}
static int on_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **result)
{
    return PASS(xShmMap, REAL(file), page, size, extend, result);
}
static int on_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
    return PASS(xShmLock, REAL(file), offset, count, flags);
}
static void on_shm_barrier(sqlite3_file *file)
{
    PASS(xShmBarrier, REAL(file));
}
static int on_shm_unmap(sqlite3_file *file, int remove)
{
    return PASS(xShmUnmap, REAL(file), remove);
}

static const sqlite3_io_methods watching = {
    .iVersion = 2, /* no memory maps: every write comes by */
    .xClose = on_close,
    .xRead = on_read,
    .xWrite = on_write,
    .xTruncate = on_truncate,
    .xSync = on_sync,
    .xFileSize = on_size,
    .xLock = on_lock,
    .xUnlock = on_unlock,
    .xCheckReservedLock = on_reserved,
    .xFileControl = on_control,
    .xSectorSize = on_sector,
    .xDeviceCharacteristics = on_traits,
    .xShmMap = on_shm_map,
    .xShmLock = on_shm_lock,
    .xShmBarrier = on_shm_barrier,
    .xShmUnmap = on_shm_unmap,
};

static int on_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *got)
{
    watched *self = (watched *)file;
    bool interesting = (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
    bool is_new = path != NULL && access(path, F_OK) != 0;
    (void)vfs;
    memset(self, 0, sizeof *self);
    int failed = struck(SQLITE_CANTOPEN);
    if (failed != SQLITE_OK)
        return failed;
    self->real = (sqlite3_file *)(self + 1);
    int code = real_vfs->xOpen(real_vfs, path, self->real, flags, got);
    self->base.pMethods = self->real->pMethods != NULL ? &watching : NULL;
    if (code == SQLITE_OK && interesting && path != NULL) {
        self->path = g_strdup(path);
        self->unborn = is_new && (flags & SQLITE_OPEN_MAIN_DB) == 0;
        if (is_new)
            note(OP_CREATE, path, 0, NULL, 0, false);
    }
    return code;
}

static int on_delete(sqlite3_vfs *vfs, const char *path, int folder)
{
    (void)vfs;
    int failed = struck(SQLITE_IOERR_DELETE);
    if (failed != SQLITE_OK)
        return failed;
    int code = real_vfs->xDelete(real_vfs, path, folder);
    if (code == SQLITE_OK)
        note(OP_DELETE, path, 0, NULL, 0, folder != 0);
    return code;
}

void power_watch(void)
{
    static sqlite3_vfs vfs;
    power_forget();
    if (real_vfs != NULL)
        return;
    real_vfs = sqlite3_vfs_find(NULL);
    vfs = *real_vfs;
    vfs.zName = "power";
    vfs.szOsFile = (int)sizeof(watched) + real_vfs->szOsFile;
    vfs.xOpen = on_open;
    vfs.xDelete = on_delete;
    vfs.pNext = NULL;
    sqlite3_vfs_register(&vfs, 1);
}

/* ---- the states ---- */

/* Files in memory: NULL where there is none. */
typedef struct image {
    GByteArray **files;
    guint count;
} image;

static image *image_new(guint count)
{
    image *self = g_new0(image, 1);
    self->files = g_new0(GByteArray *, count);
    self->count = count;
    return self;
}

static void image_free(image *self)
{
    for (guint i = 0; i < self->count; i++)
        if (self->files[i] != NULL)
            g_byte_array_unref(self->files[i]);
    g_free(self->files);
    g_free(self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(image, image_free)

static image *image_copy(const image *self)
{
    image *copy = image_new(self->count);
    for (guint i = 0; i < self->count; i++)
        if (self->files[i] != NULL) {
            copy->files[i] = g_byte_array_sized_new(self->files[i]->len);
            g_byte_array_append(copy->files[i], self->files[i]->data, self->files[i]->len);
        }
    return copy;
}

static GByteArray *image_file(image *self, guint file)
{
    if (self->files[file] == NULL)
        self->files[file] = g_byte_array_new();
    return self->files[file];
}

static void image_resize(GByteArray *file, guint size)
{
    guint before = file->len;
    g_byte_array_set_size(file, size);
    if (size > before)
        memset(file->data + before, 0, size - before);
}

/* `torn`: -1 the whole write; else only its first sector-aligned half (0), or only its second (1). */
static void image_apply(image *self, const op *each, int torn)
{
    gsize length = 0;
    const guchar *bytes = each->bytes != NULL ? g_bytes_get_data(each->bytes, &length) : NULL;
    gsize half = length > SECTOR ? length / 2 / SECTOR * SECTOR : length / 2;
    gsize from = torn == 1 ? half : 0, to = torn == 0 ? half : length;
    if (each->kind == OP_DELETE)
        g_clear_pointer(&self->files[each->file], g_byte_array_unref);
    if (each->kind == OP_CREATE || each->kind == OP_WRITE || each->kind == OP_TRUNCATE)
        image_file(self, each->file);
    if (each->kind == OP_TRUNCATE)
        image_resize(self->files[each->file], (guint)each->at);
    if (each->kind != OP_WRITE)
        return;
    if ((gsize)each->at + to > self->files[each->file]->len)
        image_resize(self->files[each->file], (guint)((gsize)each->at + to));
    memcpy(self->files[each->file]->data + (gsize)each->at + from, bytes + from, to - from);
}

static void image_write(const image *self, const char *folder)
{
    for (guint i = 0; i < self->count; i++) {
        g_autofree char *path = g_build_filename(folder, names->pdata[i], NULL);
        FILE *file = NULL;
        g_autofree char *index = g_strconcat(path, "-shm", NULL);
        unlink(index);
        unlink(path);
        if (self->files[i] == NULL || (file = fopen(path, "we")) == NULL)
            continue;
        gsize length = self->files[i]->len; /* an empty one has no data at all */
        if (length > 0 && fwrite(self->files[i]->data, 1, length, file) < length)
            g_error("%s: cannot be written", path);
        fclose(file);
    }
}

typedef struct cutting {
    const char *folder;
    power_check check;
    void *context;
    power_sum sum;
    image *durable;
    GArray *loose; /* indexes of the operations that were not synced yet */
    gint64 acknowledged;
    guint cut;
} cutting;

typedef struct loss {
    guint from, to; /* these of the loose ones are lost: from <= i < to */
    gint64 torn;    /* this one is torn; -1: none */
    int half;
} loss;

static void cutting_try(cutting *self, loss lost)
{
    g_autoptr(image) state = image_copy(self->durable);
    g_autofree bool *gone = g_new0(bool, names->len); /* a deletion was lost: the old file lies there */
    for (guint i = 0; i < self->loose->len; i++) {
        const op *each = &g_array_index(ops, op, g_array_index(self->loose, guint, i));
        bool is_lost = i >= lost.from && i < lost.to;
        if (is_lost && each->kind == OP_DELETE)
            gone[each->file] = true;
        if (!is_lost && !gone[each->file])
            image_apply(state, each, (gint64)i == lost.torn ? lost.half : -1);
    }
    image_write(state, self->folder);
    self->sum.states++;
    if (self->check(self->folder, self->acknowledged, self->context))
        return;
    if (self->sum.lost++ == 0)
        g_snprintf(self->sum.first, sizeof self->sum.first,
                   "cut after operation %u, %u of them loose, %u to %u lost, torn %" G_GINT64_FORMAT,
                   self->cut, self->loose->len, lost.from, lost.to, lost.torn);
}

static void cutting_try_all(cutting *self)
{
    guint count = self->loose->len;
    cutting_try(self, (loss){ 0, 0, -1, 0 });
    for (guint m = 1; m <= count; m++) /* the last m; m = count: all */
        cutting_try(self, (loss){ count - m, count, -1, 0 });
    for (guint i = 0; i + 1 < count; i++) /* any one (the last one alone was m = 1) */
        cutting_try(self, (loss){ i, i + 1, -1, 0 });
    for (guint i = 0; i < count; i++)
        for (int half = 0; half < 2; half++)
            if (g_array_index(ops, op, g_array_index(self->loose, guint, i)).kind == OP_WRITE)
                cutting_try(self, (loss){ 0, 0, i, half });
}

/* A sync makes what was done to its file safe, and with the folder every file's birth and deletion. */
static void cutting_settle(cutting *self, const op *sync)
{
    GArray *still = g_array_new(FALSE, FALSE, sizeof(guint));
    for (guint i = 0; i < self->loose->len; i++) {
        guint index = g_array_index(self->loose, guint, i);
        const op *each = &g_array_index(ops, op, index);
        bool entry = each->kind == OP_CREATE || each->kind == OP_DELETE;
        if ((each->file == sync->file && sync->kind == OP_SYNC) || (sync->folder && entry))
            image_apply(self->durable, each, -1);
        else
            g_array_append_val(still, index);
    }
    g_array_unref(self->loose);
    self->loose = still;
}

power_sum power_cut(const char *folder, guint every, power_check check, void *context)
{
    cutting self = {
        folder, check, context, { 0 }, image_new(names->len), g_array_new(FALSE, FALSE, sizeof(guint)), 0, 0
    };
    noting = false; /* checking opens databases too */
    for (guint i = 0; i < ops->len; i++) {
        const op *each = &g_array_index(ops, op, i);
        if (each->kind == OP_ACKNOWLEDGE)
            self.acknowledged = each->at;
        else if (each->kind != OP_SYNC)
            g_array_append_val(self.loose, i);
        if (each->kind == OP_SYNC || each->folder)
            cutting_settle(&self, each);
        self.cut = i;
        self.sum.operations++;
        if (i % every == 0)
            cutting_try_all(&self);
    }
    g_array_unref(self.loose);
    image_free(self.durable);
    return self.sum;
}
