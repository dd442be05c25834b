srcs-test_btf_show := fake_map.c
