# Targets for people, not part of the ordinary build or the tests:
#   format        lays the code out with clang-format
#   format-check  fails where that would change something
#   tidy          says what clang-tidy thinks of the rooms and the program (minutes)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
find_program(CLANG_FORMAT NAMES clang-format clang-format-14)
find_program(RUN_CLANG_TIDY NAMES run-clang-tidy run-clang-tidy-14)

file(GLOB_RECURSE quality_files CONFIGURE_DEPENDS
  mat/*.[ch] acquire/*.[ch] dsp/*.[ch] detect/*.[ch] bus/*.[ch] record/*.[ch] tools/*.[ch]
  tests/*.[ch])
if(CLANG_FORMAT)
  add_custom_target(format COMMAND ${CLANG_FORMAT} -i ${quality_files}
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} VERBATIM)
  add_custom_target(format-check COMMAND ${CLANG_FORMAT} --dry-run --Werror ${quality_files}
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} VERBATIM)
endif()
if(RUN_CLANG_TIDY)
  add_custom_target(tidy COMMAND ${RUN_CLANG_TIDY} -quiet -p ${PROJECT_BINARY_DIR} -j 2
    "^${PROJECT_SOURCE_DIR}/(mat|acquire|dsp|detect|bus|record|tools)/"
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} VERBATIM USES_TERMINAL)
endif()
