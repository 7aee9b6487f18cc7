#include "options.h"
#include "server.h"

int main(int argc, char **argv)
{
    options o;
    int status = options_parse(argc, argv, &o);
    if (status < 0) {
        status = server_run(&o);
    }
    options_free(&o);
    return status;
}
