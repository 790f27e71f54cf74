% Opens a file of the pattern in support_record.h, with Octave's netcdf package and with Octave alone,
% and compares values, units and dimensions with the formulas. Octave counts dimensions backwards:
% pressure(x, y, time). argv(){1}: the file.
pkg load netcdf
path = argv(){1};
rows = 12; cols = 10; frames = 57;
origin = 'seconds since 2026-12-31T23:59:59.123457Z';

[k, i] = ndgrid(0:rows * cols - 1, 0:frames - 1);
counts = reshape(mod(7 * i + 13 * k, 4096), cols, rows, frames);
kpa = counts * (200 / 4095) + 0.25;

pressure = ncread(path, 'pressure');
assert(size(pressure), [cols rows frames]);
assert(pressure, kpa, 1e-9);
assert(ncreadatt(path, 'pressure', 'units'), 'kPa');
assert(ncread(path, 'time'), 1798761599.123457 + (0:frames - 1)' * 0.010001, 5e-7);
assert(ncreadatt(path, 'time', 'units'), 'seconds since 1970-01-01T00:00:00Z');
assert(ncread(path, 'x'), (0.5 + (0:cols - 1)') * 8.1, -1e-6);
assert(ncread(path, 'y'), (0.5 + (0:rows - 1)') * 7.9, -1e-6);
assert(double(ncread(path, 'sequence')), 100 + 2 * (0:frames - 1)');
assert(double(ncread(path, 'flags')), mod((0:frames - 1)', 16));
about = ncinfo(path, 'pressure');
assert({about.Dimensions.Name}, {'x', 'y', 'time'});
assert([about.Dimensions.Length], [cols rows frames]);
assert([about.Dimensions.Unlimited], [false false true]);
assert(ncreadatt(path, '/', 'format'), 'rollscope-session');

assert(ncread(path, '/truth/strokes/travel'), [120.5; 119.25]);
assert(ncread(path, '/truth/spots/rise'), [0.5; 0.25; 4]);
assert(ncreadatt(path, '/strokes/travel', 'units'), 'mm');
assert(ncreadatt(path, '/strokes/start', 'units'), origin);
assert(size(ncread(path, '/strokes/travel')), [3 1]);
kinds = ncread(path, '/markers/kind');
assert(deblank(strrep(kinds(:, 2)', char(0), ' ')), 'pain1');
moving = ncread(path, '/maps/moving');
assert(moving, single(1000 + reshape(0:rows * cols - 1, cols, rows)));

alone = load('-hdf5', path, 'pressure', 'time', 'x', 'truth');
assert(double(alone.pressure), counts);
assert(alone.x(:), single((0.5 + (0:cols - 1)') * 8.1), -1e-6);
assert(alone.truth.strokes.travel(:), [120.5; 119.25]);
disp('everything is as it was written');
