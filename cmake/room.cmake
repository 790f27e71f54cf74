# What every translation unit of ours is compiled with.
add_library(rollscope_flags INTERFACE)
target_compile_definitions(rollscope_flags INTERFACE _GNU_SOURCE)
# -ffp-contract=off: the same bits on machines with and without fused multiply-add.
target_compile_options(rollscope_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
  -Wvla -Wformat=2 -fno-math-errno -ffp-contract=off
  $<$<BOOL:${ROLLSCOPE_WERROR}>:-Werror>)
if(ROLLSCOPE_SANITIZE)
  target_compile_options(rollscope_flags INTERFACE
    -fsanitize=${ROLLSCOPE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(rollscope_flags INTERFACE -fsanitize=${ROLLSCOPE_SANITIZE})
endif()

# rollscope_room(NAME [LINK LIBRARY...]): the C files of the folder NAME, as an object library.
function(rollscope_room name)
  cmake_parse_arguments(room "" "" "LINK" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${name}/*.c)
  if(NOT sources)
    add_library(${name} INTERFACE)
    return()
  endif()
  add_library(${name} OBJECT ${sources})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE rollscope_flags PUBLIC ${room_LINK} m)
endfunction()
