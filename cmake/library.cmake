# librollscope for programs of others: the archive, the rooms' public headers under include/rollscope,
# and rollscope.pc. `cmake --install build --component library` installs it alone.
add_library(librollscope STATIC)
set_target_properties(librollscope PROPERTIES OUTPUT_NAME rollscope)
target_link_libraries(librollscope PUBLIC mat acquire dsp detect bus record)

set(headers ${CMAKE_INSTALL_INCLUDEDIR}/rollscope)
install(TARGETS librollscope ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library)
foreach(room mat acquire dsp detect bus record)
  # A room's header, and those of its own that it includes.
  file(STRINGS ${room}/${room}.h parts REGEX "^#include \"[a-z_]+\\.h\"")
  list(TRANSFORM parts REPLACE "^#include \"(.*)\"" "${room}/\\1")
  install(FILES ${room}/${room}.h ${parts} DESTINATION ${headers}/${room} COMPONENT library)
endforeach()

file(RELATIVE_PATH up /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(cmake/rollscope.pc.in rollscope.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/rollscope.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT library)
